// Whether what a person says of himself is what others know: name, ID number and phone (three factors), and whose a bank card is (four).
// An answer is one of three; whoever cannot answer now throws, and is asked again later. Nothing that was asked reaches an error or a log.
export { OutcomeUnknown, Refused } from '#adapters/party';

export type CheckOutcome = 'match' | 'mismatch' | 'no_record';

export type PersonFactors = { readonly name: string; readonly idNumber: string; readonly phone: string };
/** `phone` is the one that the bank knows of its customer. */
export type CardFactors = PersonFactors & { readonly card: string };

export type IdentityCheckPort = {
  /** Stands beside each result, so that it is known whose word it is. */
  readonly provider: string;
  checkPerson(factors: PersonFactors): Promise<CheckOutcome>;
  checkCard(factors: CardFactors): Promise<CheckOutcome>;
};
