// What a view of a case is built from; gathered by the reader, used by the view's two halves. Types only.

import type { Service } from '#catalog';
import type { Colleague } from './actions.ts';
import type { CaseView, TimelineItem } from './contract.ts';
import type { Facts } from './enter.ts';
import type { Actor, CaseAction, CaseState } from './model.ts';

export type ViewInput = {
  readonly service: Service;
  readonly attached: readonly Service[];
  readonly state: CaseState;
  readonly actions: readonly (CaseAction & {
    readonly entryHash: string;
    readonly traceState: TimelineItem['trace']['state'];
  })[];
  readonly viewer: Actor;
  /** What the engine may know, with the clock and the calendar: whether a thing may be done is asked of it. */
  readonly facts: Facts;
  /** For each active step that the viewer works on, who else could. */
  readonly colleagues: ReadonlyMap<string, readonly Colleague[]>;
  readonly applicant: string;
  readonly regionZh: string;
  readonly orgName: (orgId: string) => string;
  readonly staffName: (staffId: string) => string;
  readonly regionName: (code: string) => string | undefined;
  readonly documents: CaseView['documents'];
  readonly related: CaseView['related'];
  readonly main: CaseView['main'];
  readonly merged: CaseView['merged'];
  readonly rating: CaseView['rating'];
  /** Services that may enter at a waiting step (attach) or be started beside the case, offered as links. */
  readonly entrances: readonly {
    readonly code: string;
    readonly zh: string;
    readonly steps: readonly string[];
    readonly after?: { readonly step: string; readonly outcome: string };
  }[];
  /** Names of planned or published lifecycles that `open` links point to. */
  readonly targetZh: (target: string) => { zh: string; available: boolean; ofOffices?: boolean };
};
