// The words of a case: what an action is called in the timeline and how a clock is told. Pure.

import type { LimitDefinition, OutcomeDefinition, Service } from '#catalog';
import { dayOf, type LimitUnit } from '#platform/calendar';
import { stepOf } from './enter.ts';
import type { ActionType, CaseState } from './model.ts';

export const unitZh: Readonly<Record<LimitUnit, string>> = {
  minute: '分钟',
  hour: '小时',
  working_day: '个工作日',
  calendar_day: '天',
  month: '个月',
  year: '年',
};

/** Title of an action from its step's and outcome's names. */
export const actionTitles: Readonly<Record<ActionType, (step: string, outcome: string) => string>> = {
  opened: (step) => `提交：${step}`,
  attached: (step) => `提交材料：${step}`,
  decided: (step, outcome) => `${step}：${outcome}`,
  returned: (step) => `${step}退回前面环节`,
  withdrawn: () => '撤回申请',
  transferred: (step) => `${step}转由他人办理`,
  claimed: (step) => `领办：${step}`,
  released: (step) => `释放：${step}`,
  cosigner_added: (step) => `${step}请其他单位会签`,
  opinion_given: (step) => `${step}收到会签意见`,
  voted: (step, outcome) => (outcome ? `${step}：${outcome}` : `${step}投票`),
  supplement_requested: (step) => `${step}：一次性告知需要补充的材料，时限暂停`,
  supplement_submitted: (step) => `补充材料已提交，${step}继续，时限恢复`,
  supplement_expired: (step) => `${step}：补正期满`,
  suspended: (step) => `${step}中止，时限暂停`,
  resumed: (step) => `${step}恢复办理`,
  extended: (step) => `${step}延长时限`,
  urged: () => '申请人催办',
  supervised: () => '督办',
  supervision_answered: () => '答复督办',
  appealed: () => '申请人不服处理结果',
  noted: () => '内部备注',
  copied: () => '抄送',
  entrusted: () => '交给代办人一起办理',
  light_turned: (step) => `${step}：时限提醒`,
  timer_fired: (step) => `${step}超期，自动转交`,
  rated: () => '评价',
  item_opened: (step) => `单位名单为您申报：${step}`,
  items_ended: (step) => `${step}：名单上的人都已办完`,
  clock_recomputed: () => '按公布的节假日安排重新计算时限',
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** `共 5 个工作日，还剩 3 个工作日`, counted in days to the last one as the law counts them, or `已超期 2 天`. */
export function limitText(
  clock: { readonly dueAt: string | null; readonly pausedAt: string | null },
  limit: LimitDefinition | undefined,
  now: string,
  workingDays: (from: string, to: string) => number,
): string {
  if (!clock.dueAt) return '没有固定时限';
  const from = clock.pausedAt ?? now;
  const leftMs = Date.parse(clock.dueAt) - Date.parse(from);
  const total = limit && limit.value > 0 ? `共 ${limit.value} ${unitZh[limit.unit]}` : '';
  const tell = (left: string, moved = false) =>
    [total && moved ? `${total}（遇休息日顺延）` : total, left].filter(Boolean).join('，');
  if (leftMs <= 0) return tell(`已超期 ${spell(-leftMs)}`);
  const lastInstant = new Date(Date.parse(clock.dueAt) - 1).toISOString();
  if (limit?.unit === 'working_day') {
    const days = workingDays(from, lastInstant);
    return tell(days > 0 ? `还剩 ${days} 个工作日` : '今天到期');
  }
  if (limit?.unit === 'hour' && leftMs >= hourMs) return tell(`还剩 ${Math.floor(leftMs / hourMs)} 小时`);
  if (limit?.unit === 'minute' || limit?.unit === 'hour') return tell(`还剩 ${spell(leftMs)}`);
  const days = (Date.parse(dayOf(lastInstant)) - Date.parse(dayOf(from))) / dayMs;
  return tell(days > 0 ? `还剩 ${days} 天` : '今天到期', limit?.unit === 'calendar_day' && days > limit.value);
}

/** Where a case stands, in few words: its steps, or how it ended. */
export function summaryText(
  service: Service,
  { status, end, steps }: Pick<CaseState, 'status' | 'end'> & { readonly steps: readonly string[] },
): string {
  if (status === 'ended') return service.workflow.ends[end ?? ''] ?? '办结';
  return steps.map((step) => stepOf(service.workflow, step).zh).join('、') || '办理中';
}

function spell(ms: number): string {
  if (ms >= dayMs) return `${Math.floor(ms / dayMs)} 天`;
  if (ms >= hourMs) return `${Math.floor(ms / hourMs)} 小时`;
  return `${Math.max(1, Math.floor(ms / minuteMs))} 分钟`;
}

/** What an outcome says, with its condition unless the words repeat it. */
export function outcomeWords({ zh, conditionZh }: OutcomeDefinition): string {
  return conditionZh === undefined || zh.includes(conditionZh) ? zh : `${zh}（${conditionZh}）`;
}
