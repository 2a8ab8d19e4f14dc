// Words and numbers that a party sends: text that can be kept and shown. A signature proves who speaks, not that he speaks sense.
import { z } from 'zod';

export const partyText = z
  .string()
  .max(500)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text));
