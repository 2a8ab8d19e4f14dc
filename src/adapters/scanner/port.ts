// What Gongdun asks of a virus scanner: harmful or not. An answer that is neither is an `OutcomeUnknown`: the file waits.
export type ScannerPort = (bytes: Buffer) => Promise<'clean' | 'infected'>;

export { OutcomeUnknown } from '#adapters/party';
