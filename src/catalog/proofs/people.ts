// Proofs about people: roles exist, a machine refuses nobody, two people where two are needed, and nobody sees more by a
// notice, a letter or a reading right than his or her role may see.

import type { Field, StepDefinition } from '#catalog/define';
import type { Recipient } from '#catalog/notices';
import { isRole, type Role } from '#catalog/roles';
import { isStandardVariable, standardVariables } from '#catalog/data';
import { actorsOf, edgesOf, isPerson, kindOf, reach, universe, type Proof, type Subject } from './proof.ts';

const rolesExist: Proof = {
  name: 'roles_exist',
  zh: '角色都在名录中，环节的种类与角色相符',
  check({ workflow }, report) {
    for (const [name, step] of Object.entries(workflow.steps)) {
      const named: readonly string[] = [step.role, ...(step.actors ?? []), ...(step.readers ?? [])];
      for (const role of named) {
        if (!isRole(role)) report(name, `角色“${role}”不在名录中`);
        else if (kindOf(role) === 'administrator') report(name, `管理员“${role}”不办件`);
      }
      for (const [id, outcome] of Object.entries(step.outcomes)) {
        for (const chooser of outcome.by ?? []) {
          if (chooser !== 'clock' && chooser !== 'event' && !isRole(chooser))
            report(`${name}.${id}`, `角色“${String(chooser)}”不在名录中`);
        }
      }
      if (step.actors && !step.actors.includes(step.role)) report(name, '主责角色不在可以办理的角色之中');
      if (step.kind === 'human' && step.role === 'system') report(name, '人工环节的主责不能是系统');
      if (step.kind === 'auto' && step.role !== 'system') report(name, '自动环节的主责应是系统');
    }
  },
};

const refusalEnds = new Set(['rejected', 'denied', 'not_accepted', 'refused', 'not_approved', 'not_confirmed']);
const refusalOutcomes = new Set([
  'no',
  'deny',
  'denied',
  'reject',
  'rejected',
  'refuse',
  'disagree',
  'fail',
  'object',
  'none',
]);

/** A person of an office already refused, with reasons, on every way into this step. */
function refusedBefore(subject: Subject, name: string): boolean {
  const into = edgesOf(subject.workflow).filter((edge) => edge.to === name);
  return (
    into.length > 0 &&
    into.every(({ from, outcome }) => {
      const step = subject.workflow.steps[from];
      const by = step?.outcomes[outcome]?.by ?? (step ? actorsOf(step) : []);
      return (
        refusalOutcomes.has(outcome) &&
        by.some((role) => isPerson(role) && role !== 'clock' && role !== 'event' && kindOf(role) !== 'public')
      );
    })
  );
}

const refusal: Proof = {
  name: 'no_machine_refusal',
  zh: '系统和时钟不作不利决定，由人说明理由后决定',
  check(subject, report) {
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      for (const [id, outcome] of Object.entries(step.outcomes)) {
        if (outcome.end === undefined || !refusalEnds.has(outcome.end)) continue;
        const by: readonly string[] = outcome.by ?? actorsOf(step);
        const silent = step.limit?.silence?.outcome === id;
        if (by.some(isPerson) && !by.includes('clock') && !silent) continue;
        if (!refusedBefore(subject, name)) report(`${name}.${id}`, '这里由系统或时钟不予办理，须改由人决定');
      }
    }
  },
};

/**
 * Steps where a second person must act: payments made by people, and checks of what the same role decided just before. Where
 * the roles differ, their organisations already do.
 */
function needsSecond(subject: Subject, name: string, step: StepDefinition): boolean {
  const offices = actorsOf(step).filter((role) => kindOf(role) !== 'public' && kindOf(role) !== 'system');
  const chosen = Object.values(step.outcomes).some((outcome) => !outcome.by || outcome.by.some(isPerson));
  if (offices.length === 0 || !chosen) return false;
  if ((step.auto ?? []).some((action) => action.action === 'pay')) return actorsOf(step).length === offices.length;
  if (!/^(legal-check|double-check|assess-dual|.*-recheck)$/.test(name)) return false;
  const before = edgesOf(subject.workflow).filter((edge) => edge.to === name && edge.from !== name);
  return before.some(({ from }) => {
    const earlier = subject.workflow.steps[from];
    return earlier !== undefined && actorsOf(earlier).some((role) => offices.includes(role));
  });
}

const fourEyes: Proof = {
  name: 'four_eyes',
  zh: '复核与付款由另一人办理',
  check(subject, report) {
    const edges = edgesOf(subject.workflow);
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      if (needsSecond(subject, name, step) && !step.differentFrom) report(name, '复核或付款环节没有写明须与谁不同');
      for (const other of step.differentFrom ?? []) {
        if (other === name) report(name, '不能与自己不同');
        else if (!reach([other], edges).has(name)) report(name, `“${other}”不在这个环节之前`);
      }
    }
  },
};

/** Whether a role may see a class of information in a case that it takes part in. */
export function mayRead(role: Role, fieldClass: Field['class'], isActor: boolean): boolean {
  switch (kindOf(role)) {
    case 'system':
    case 'public':
      return true;
    case 'department':
      return fieldClass !== 'sensitive';
    case 'external':
      return fieldClass === 'public' || fieldClass === 'internal' || (isActor && fieldClass === 'personal');
    default:
      return false;
  }
}

function takesPart(subject: Subject, role: Role): boolean {
  return Object.values(subject.workflow.steps).some((step) => actorsOf(step).includes(role));
}

const readersNarrow: Proof = {
  name: 'readers_narrow',
  zh: '外部单位只看自己经办的办件',
  check(subject, report) {
    const holdsPersonal = Object.values(universe(subject)).some(
      (field) => field.class === 'personal' || field.class === 'sensitive',
    );
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      for (const role of step.readers ?? []) {
        if (kindOf(role) === 'external' && holdsPersonal && !takesPart(subject, role)) {
          report(name, `外部角色“${role}”不经办任何环节，不能查看含个人信息的办件`);
        }
      }
    }
  },
};

const noticeNarrow: Proof = {
  name: 'notice_narrow',
  zh: '通知和文书不让人多看到一项信息',
  check(subject, report) {
    const fields = universe(subject);
    const revealed = new Set(Object.values(subject.workflow.steps).flatMap((step) => step.reveals ?? []));
    for (const [name, step] of Object.entries(subject.workflow.steps)) {
      for (const action of step.auto ?? []) {
        if (!action.template) continue;
        const where = `${name}.${action.template}`;
        if (action.action === 'sms') {
          const notice = subject.registry.notices[action.template];
          for (const variable of variablesOf(notice?.text ?? '', notice?.title ?? '')) {
            const fieldClass = classOf(variable, fields);
            if (fieldClass === undefined || !notice) continue;
            if (notice.sms && fieldClass === 'sensitive') report(where, `短信不得含敏感信息“${variable}”`);
            for (const role of notice.to.flatMap((one) => rolesOf(one, step))) {
              if (!mayRead(role, fieldClass, takesPart(subject, role))) report(where, `“${role}”不能看“${variable}”`);
            }
          }
        }
        if (action.action === 'doc') {
          const document = subject.registry.documents[action.template];
          for (const variable of document?.variables ?? []) {
            const fieldClass = classOf(variable, fields);
            if (fieldClass === undefined || !document) continue;
            for (const role of document.recipients) {
              const open = fieldClass === 'sensitive' && kindOf(role) !== 'public' && !revealed.has(variable);
              const allowed = fieldClass === 'sensitive' ? !open : mayRead(role, fieldClass, true);
              if (!allowed) report(where, `“${role}”不能看“${variable}”`);
            }
          }
        }
      }
    }
  },
};

/** Whether a step sends the applicant a notice when it is entered, or when it is left by an outcome. */
function tellsApplicant(subject: Subject, step: StepDefinition, when: 'enter' | 'exit', outcome?: string): boolean {
  return (step.auto ?? []).some((action) => {
    if (action.action !== 'sms' || action.when !== when || !action.template) return false;
    if (outcome !== undefined && action.on && !action.on.includes(outcome)) return false;
    return subject.registry.notices[action.template]?.to.includes('subject') ?? false;
  });
}

const applicantTold: Proof = {
  name: 'applicant_told',
  zh: '轮到申请人时，申请人会收到通知',
  check(subject, report) {
    const { steps } = subject.workflow;
    for (const [name, step] of Object.entries(steps)) {
      if (!choosersOf(step).some((role) => kindOf(role) === 'public')) continue;
      if (tellsApplicant(subject, step, 'enter')) continue;
      for (const { from, outcome } of edgesOf(subject.workflow).filter((edge) => edge.to === name)) {
        const earlier = steps[from];
        if (!earlier) continue;
        // Whoever goes on himself has the page before him.
        const by = earlier.outcomes[outcome]?.by ?? actorsOf(earlier);
        if (outcome !== 'timer' && by.every((one) => one !== 'clock' && one !== 'event' && kindOf(one) === 'public'))
          continue;
        if (!tellsApplicant(subject, earlier, 'exit', outcome))
          report(name, `从“${from}”（${outcome}）轮到申请人，却没有通知`);
      }
    }
  },
};

/** Roles of people who choose one of a step's outcomes. */
function choosersOf(step: StepDefinition): readonly Role[] {
  return Object.values(step.outcomes)
    .flatMap((outcome) => outcome.by ?? actorsOf(step))
    .filter((one): one is Role => one !== 'clock' && one !== 'event');
}

function classOf(variable: string, fields: Readonly<Record<string, Field>>): Field['class'] | undefined {
  return fields[variable]?.class ?? (isStandardVariable(variable) ? standardVariables[variable].class : undefined);
}

function variablesOf(...texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(/\{([a-z][a-z0-9_]*)\}/g)].map((match) => match[1] ?? ''));
}

function rolesOf(recipient: Recipient, step: StepDefinition): readonly Role[] {
  if (recipient === 'subject') return ['worker'];
  if (recipient === 'applicant_org') return ['enterprise'];
  return recipient === 'step_org' ? actorsOf(step) : [recipient.role];
}

export const peopleProofs: readonly Proof[] = [
  rolesExist,
  refusal,
  fourEyes,
  readersNarrow,
  noticeNarrow,
  applicantTold,
];
