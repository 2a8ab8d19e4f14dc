// An insurer on loopback that speaks the insurer link: underwrites, endorses, takes claims, confirms subsidies, and can be
// slow, fail, forget and lie. For demonstration and tests. It has no callbacks: those faults do nothing here.
import {
  beijingDay,
  createFaultBox,
  createHmacGate,
  jsonAnswer,
  refusal,
  seededDraw,
  seededStream,
  startSimServer,
  type Faults,
  type FaultsPatch,
  type SimAnswer,
  type SimOutcome,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { z } from 'zod';
import {
  dayShareFen,
  openBook,
  underwriteSchema,
  type InsurerBook,
  type SimClaim,
  type SimPolicy,
} from './simulator-state.ts';

export type InsurerLie = {
  /** Share of harmless requests sent to a person all the same. */
  readonly manualRate: number;
  /** Share of requests that are taken and never answered. */
  readonly silentAcceptRate: number;
  /** Added to the subsidy it claims to have counted. */
  readonly subsidyOffFen: number;
  /** A second asking about an approved policy is answered with doubt. */
  readonly contradicts: boolean;
};

const HONEST_LIE: InsurerLie = { manualRate: 0, silentAcceptRate: 0, subsidyOffFen: 0, contradicts: false };

export type InsurerSimulatorOptions = SimulatorOptions<InsurerLie> & {
  readonly clientId: string;
  readonly secret: string;
};

export type InsurerSimulator = {
  readonly url: string;
  readonly port: number;
  setFaults(patch: FaultsPatch<InsurerLie>): void;
  faults(): Faults<InsurerLie>;
  /** The insurer's person decides a doubtful policy. */
  decide(policyNo: string, decision: 'approve' | 'declined'): void;
  policy(policyNo: string): SimPolicy | undefined;
  policies(): SimPolicy[];
  claims(): SimClaim[];
  close(): Promise<void>;
};

const batchSchema = z.object({ batchNo: z.string().min(1), policies: z.array(underwriteSchema).min(1).max(1_000) });
const endorsementSchema = z.object({ days: z.array(z.iso.date()).min(1).max(366) });
const claimSchema = z.object({
  claimNo: z.string().min(1),
  policyNo: z.string().min(1),
  accidentAt: z.iso.datetime({ offset: true }),
});
const subsidySchema = z.object({ month: z.string().regex(/^\d{4}-\d\d$/), personDays: z.int(), subsidyFen: z.int() });

// Classes 5 and 6 (high work, blasting, deep sea) are the ones that insurers do not write without looking.
const MANUAL_CLASS_MIN = 5;

type Desk = {
  readonly book: InsurerBook;
  readonly now: () => Date;
  readonly lie: () => InsurerLie;
  readonly draw: (label: string, key: string) => number;
};

function bodyOf<T>(request: SimRequest, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(request.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

const malformed = (): SimAnswer => refusal(400, 'FORMAT', '报文格式错误');

function policyAnswer({ policyNo, decision, insurerPolicyNo, reason }: SimPolicy): SimAnswer {
  return jsonAnswer(200, { policyNo, decision, insurerPolicyNo, reason });
}

function doubt(desk: Desk, wanted: z.infer<typeof underwriteSchema>): string | undefined {
  if (wanted.riskClass >= MANUAL_CLASS_MIN) return '高风险职业，转人工核保';
  if (wanted.age < 16 || wanted.age > 65) return '年龄超出自动承保范围';
  return desk.draw('manual', wanted.policyNo) < desk.lie().manualRate ? '抽中人工复核' : undefined;
}

function sameRequest(left: SimPolicy, right: z.infer<typeof underwriteSchema>): boolean {
  const { decision: _decision, insurerPolicyNo: _number, reason: _reason, ...known } = left;
  return JSON.stringify(underwriteSchema.parse(known)) === JSON.stringify(right);
}

function underwrite(desk: Desk, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, underwriteSchema);
  if (wanted === undefined || new Set(wanted.days).size !== wanted.days.length) return malformed();
  const known = desk.book.policy(wanted.policyNo);
  if (known !== undefined) {
    if (!sameRequest(known, wanted)) return refusal(409, 'POLICY_CONFLICT', '保单号重复且内容不同');
    const contradicted = desk.lie().contradicts && known.decision === 'approve';
    return policyAnswer(contradicted ? { ...known, decision: 'manual', reason: '前后不一' } : known);
  }
  const reason = doubt(desk, wanted);
  const policy: SimPolicy =
    reason === undefined
      ? { ...wanted, decision: 'approve', insurerPolicyNo: `P${desk.book.nextNumber()}` }
      : { ...wanted, decision: 'manual', reason };
  desk.book.savePolicy(policy);
  return policyAnswer(policy);
}

/** The first day counts from its own start, which is later than midnight for cover bought on the day. */
function hasStarted(policy: SimPolicy, day: string, now: Date): boolean {
  if (day === beijingDay(new Date(policy.startsAt))) return new Date(policy.startsAt) <= now;
  return day <= beijingDay(now);
}

function endorseRefund(desk: Desk, policyNo: string, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, endorsementSchema);
  const policy = desk.book.policy(policyNo);
  if (wanted === undefined) return malformed();
  if (policy?.decision !== 'approve') return refusal(404, 'POLICY_NOT_FOUND', '保单不存在或未生效');
  const days = [...new Set(wanted.days)].toSorted();
  const key = days.join();
  const known = desk.book.endorsements(policyNo).find((one) => one.days.join() === key);
  const left = desk.book.daysLeft(policy);
  if (known === undefined) {
    if (days.some((day) => !left.includes(day))) return refusal(409, 'DAY_NOT_COVERED', '该日不在保障中');
    if (days.some((day) => hasStarted(policy, day, desk.now())))
      return refusal(409, 'DAY_STARTED', '保障已开始，不能退保');
  }
  const endorsementNo = known?.endorsementNo ?? `E${desk.book.nextNumber()}`;
  if (known === undefined) desk.book.saveEndorsement({ endorsementNo, policyNo, days });
  const sum = (totalFen: number): number => days.reduce((fen, day) => fen + dayShareFen(totalFen, policy.days, day), 0);
  return jsonAnswer(200, {
    endorsementNo,
    refundedPremiumFen: sum(policy.premiumFen),
    refundedSubsidyFen: sum(policy.subsidyFen),
  });
}

/** Each policy by its own number, so that a batch sent again is as good as once. */
function declare(desk: Desk, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, batchSchema);
  if (wanted === undefined) return malformed();
  const refused: { policyNo: string; code: string }[] = [];
  for (const one of wanted.policies) {
    const known = desk.book.policy(one.policyNo);
    if (known ? !sameRequest(known, one) : doubt(desk, one) !== undefined) {
      refused.push({ policyNo: one.policyNo, code: known ? 'POLICY_CONFLICT' : 'DECLINED' });
    } else if (!known) {
      desk.book.savePolicy({ ...one, decision: 'approve', insurerPolicyNo: `P${desk.book.nextNumber()}` });
    }
  }
  const accepted = wanted.policies.length - refused.length;
  return jsonAnswer(200, { batchNo: wanted.batchNo, accepted, refused });
}

function reportClaim(desk: Desk, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, claimSchema);
  if (wanted === undefined) return malformed();
  const { claimNo, policyNo, accidentAt } = wanted;
  if (desk.book.policy(policyNo)?.decision !== 'approve') return refusal(404, 'POLICY_NOT_FOUND', '保单不存在或未生效');
  const known = desk.book.claim(claimNo);
  if (known !== undefined && (known.policyNo !== policyNo || known.accidentAt !== accidentAt)) {
    return refusal(409, 'CLAIM_CONFLICT', '报案号重复且内容不同');
  }
  const insurerClaimNo = known?.insurerClaimNo ?? `C${desk.book.nextNumber()}`;
  if (known === undefined) desk.book.saveClaim({ claimNo, policyNo, accidentAt, insurerClaimNo });
  return jsonAnswer(200, { claimNo, insurerClaimNo });
}

function confirmSubsidy(desk: Desk, request: SimRequest): SimAnswer {
  const wanted = bodyOf(request, subsidySchema);
  if (wanted === undefined) return malformed();
  let personDays = 0;
  let subsidyFen = desk.lie().subsidyOffFen;
  for (const policy of desk.book.policies()) {
    if (policy.decision !== 'approve') continue;
    for (const day of desk.book.daysLeft(policy).filter((one) => one.startsWith(`${wanted.month}-`))) {
      personDays += 1;
      subsidyFen += dayShareFen(policy.subsidyFen, policy.days, day);
    }
  }
  const agrees = personDays === wanted.personDays && subsidyFen === wanted.subsidyFen;
  return jsonAnswer(200, { month: wanted.month, state: agrees ? 'confirmed' : 'differs', personDays, subsidyFen });
}

function route(desk: Desk, request: SimRequest): SimAnswer {
  const [, policyNo, tail] = /^\/v1\/policies\/([^/]+)(\/refund-endorsements)?$/.exec(request.path) ?? [];
  if (policyNo !== undefined && tail !== undefined) return endorseRefund(desk, decodeURIComponent(policyNo), request);
  if (policyNo !== undefined) {
    const policy = desk.book.policy(decodeURIComponent(policyNo));
    return policy === undefined ? refusal(404, 'POLICY_NOT_FOUND', '保单不存在') : policyAnswer(policy);
  }
  switch (`${request.method} ${request.path}`) {
    case 'POST /v1/policies':
      return underwrite(desk, request);
    case 'POST /v1/policy-batches':
      return declare(desk, request);
    case 'POST /v1/claims':
      return reportClaim(desk, request);
    case 'POST /v1/subsidies':
      return confirmSubsidy(desk, request);
    default:
      return refusal(404, 'NO_ROUTE', '无此接口');
  }
}

export async function startInsurerSimulator(options: InsurerSimulatorOptions): Promise<InsurerSimulator> {
  const { now, stateDir, seed = 1 } = options;
  const book = openBook(stateDir);
  const box = createFaultBox(HONEST_LIE, options.faults);
  const random = seededStream(seed);
  const desk: Desk = { book, now, lie: () => box.get().lie, draw: (label, key) => seededDraw(seed, label, key) };
  const handle = createHmacGate(options).guard((request): SimOutcome => {
    const answer = route(desk, request);
    return random() < box.get().lie.silentAcceptRate ? 'hang' : answer;
  });
  const server = await startSimServer({ port: options.port, faults: box.get, random, handle });

  return {
    url: server.url,
    port: server.port,
    setFaults: box.patch,
    faults: box.get,
    decide(policyNo, decision) {
      const policy = book.policy(policyNo);
      if (policy?.decision !== 'manual') return;
      const { reason: _reason, ...rest } = policy;
      const number = `P${book.nextNumber()}`;
      book.savePolicy(
        decision === 'approve' ? { ...rest, decision, insurerPolicyNo: number } : { ...policy, decision },
      );
    },
    policy: (policyNo) => book.policy(policyNo),
    policies: () => book.policies(),
    claims: () => book.claims(),
    async close() {
      await server.close();
      book.close();
    },
  };
}
