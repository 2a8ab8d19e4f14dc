// The receipts of the simulated HTTP providers: posted after a moment, repeated, reordered, forgotten as the faults say. Real providers
// do not sign them; a forged one is simply one about somebody else's message.
import { startCallbacks, type Callbacks, type Faults } from '#adapters/party';

/** A phone takes a moment. */
const DELAY_MS = 50;

export type ReceiptPoster = {
  post(providerId: string, body: unknown): void;
  pending(): number;
  close(): Promise<void>;
};

export function startReceiptPoster(options: {
  readonly url: string | undefined;
  readonly party: string;
  readonly stateDir: string | undefined;
  readonly faults: () => Faults<unknown>;
  readonly random: () => number;
  readonly retryMs: number | undefined;
  readonly attempts: number | undefined;
}): ReceiptPoster {
  const { url } = options;
  if (url === undefined) return { post: () => undefined, pending: () => 0, close: async () => undefined };
  const callbacks: Callbacks = startCallbacks({
    ...options,
    prepare: ({ payload }) => ({ headers: { 'content-type': 'application/json' }, body: payload }),
  });
  return {
    post: (providerId, body) =>
      callbacks.push({ id: `receipt-${providerId}`, url, payload: JSON.stringify([body]), forged: false }, DELAY_MS),
    pending: callbacks.pending,
    close: callbacks.close,
  };
}
