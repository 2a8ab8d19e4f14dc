// The door of cases: opening, commands, events, the clock, views. Other modules plug in effects and deciders by name.

export { createCases, type Applicant, type Cases, type CasesOptions, type Colleagues } from './actions.ts';
export type { Announcer, Decider, DocumentMaker, Effect, EffectContext, EngineOptions, Ruling } from './engine.ts';
export { deadlinesOf, nextDeadline, tasksOf, type Written } from './write.ts';
export { act, open, openItem, type Decision, type Opening } from './decide.ts';
export type { Facts } from './enter.ts';
export { erasedState, fold, foldAll } from './fold.ts';
export {
  systemActor,
  type ActionBody,
  type ActiveStep,
  type Actor,
  type CaseAction,
  type CaseState,
  type Link,
} from './model.ts';
export { clockOutcome, tick, type ClockKind } from './tick.ts';
export { command } from './verbs.ts';
export { openOfPerson, readActions, readState, readStateByNo } from './store.ts';
export type { Answer, CaseSummary } from './contract.ts';
export type { DeskQuery } from './desk.ts';
export { createReader, type Reader, type ReaderOptions } from './reading.ts';
/** For the synthetic city, which answers them from memory. */
export * as statements from './store.ts';
export { caseRoutes } from './http.ts';
export { createRatings } from './ratings.ts';
export { toFormFields } from './view-actions.ts';
export { unitZh } from './words.ts';
export { worksOn } from './works-on.ts';
