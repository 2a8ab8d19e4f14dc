// Proves before publication what a definition promises. An error blocks publication; a pending finding is listed and shown:
// a lifecycle not published yet, a rule table without values, a basis that is 待核. Pure: also an overlay passes through here.

import type { Service, Workflow } from './define.ts';
import { dataProofs } from './proofs/data.ts';
import { peopleProofs } from './proofs/people.ts';
import type { Finding, Proof, Subject } from './proofs/proof.ts';
import { referenceProofs } from './proofs/references.ts';
import { shapeProofs } from './proofs/shape.ts';
import type { Registry } from './registry.ts';

export type { Finding } from './proofs/proof.ts';

export const proofs: readonly Proof[] = [...shapeProofs, ...peopleProofs, ...dataProofs, ...referenceProofs];

/** `workflows` names further lifecycles that no service binds yet; what their services would bring is then pending. */
export function verify(
  services: readonly Service[],
  registry: Registry,
  workflows: readonly Workflow[] = [],
): readonly Finding[] {
  const all = new Set([...services.map((service) => service.workflow), ...workflows]);
  return [...all].flatMap((workflow) =>
    verifySubject({
      workflow,
      services: services.filter((service) => service.workflow === workflow),
      all: services,
      registry,
    }),
  );
}

function verifySubject(subject: Subject): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const proof of proofs) {
    proof.check(subject, (where, zh, severity = 'error') => {
      const place = /^[A-Z]{2}-\d{3}/.test(where) ? where : `${subject.workflow.code}/${where}`;
      const finding: Finding = { proof: proof.name, where: place, zh, severity };
      found.set(JSON.stringify(finding), finding);
    });
  }
  return [...found.values()];
}
