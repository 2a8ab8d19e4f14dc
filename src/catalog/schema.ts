// The compiled form of a service, property by property. Maps whose order has meaning (the fields of a form, the steps, the
// outcomes) are lists of pairs, because canonical JSON and jsonb both sort the keys of objects. Runs in a browser.

import { z } from 'zod';
import type { Condition } from '#platform/condition';
import type { Service } from './define.ts';
import { fieldKindNames } from './fields/index.ts';
import { departments, outsideParties, roles } from './roles.ts';

const keysOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): [Name, ...Name[]] =>
  Object.keys(table) as [Name, ...Name[]];

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_]*$/)
  .describe('字段、材料、结果的代码');
const stepName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*$/)
  .describe('环节的代码');
const zh = z.string().min(1).max(200);
const role = z.enum(keysOf(roles));

/** An ordered map as pairs; comes back as an object in that order. */
const ordered = <Value extends z.ZodType>(key: z.ZodString, value: Value, what: string) =>
  z
    .array(z.tuple([key, value]))
    .refine((pairs) => new Set(pairs.map(([one]) => one)).size === pairs.length, '代码重复')
    .transform((pairs) => Object.fromEntries(pairs))
    .describe(what);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const expression: z.ZodType = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('field').describe('读一个字段'), name: name.describe('字段的代码') }),
    z.strictObject({ op: z.literal('const').describe('一个常数'), value: scalar.describe('常数的值') }),
    z.strictObject({ op: z.literal('hours_since').describe('距今小时数'), of: expression }),
    z.strictObject({ op: z.literal('sum').describe('合计'), of: z.array(expression).min(1).describe('各项') }),
  ]),
);
const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.discriminatedUnion('op', [
    z.strictObject({
      op: z.enum(['eq', 'ne', 'lt', 'lte', 'gt', 'gte']).describe('比较'),
      a: expression,
      b: expression,
    }),
    z.strictObject({
      op: z.literal('in').describe('属于'),
      a: expression,
      values: z.array(scalar).describe('列出的值'),
    }),
    z.strictObject({ op: z.literal('present').describe('有值'), a: expression }),
    z.strictObject({
      op: z.enum(['and', 'or']).describe('全部或任一'),
      of: z.array(conditionSchema).min(1).describe('各条件'),
    }),
    z.strictObject({ op: z.literal('not').describe('否定'), of: conditionSchema }),
  ]),
) as unknown as z.ZodType<Condition>;

const fieldSchema = z
  .strictObject({
    kind: z.enum(fieldKindNames).describe('字段的类型'),
    zh: zh.describe('给人看的名称'),
    options: z.record(z.string(), z.json()).describe('类型的选项；重复组的字段是有次序的对'),
    required: z.boolean().describe('是否必填'),
    class: z.enum(['public', 'internal', 'personal', 'sensitive']).describe('信息级别'),
    retention: z
      .enum(['case', 'five_years', 'award', 'insurance', 'injury', 'permanent'])
      .describe('保存期限，自办结起算'),
    concept: z.string().min(1).optional().describe('同一信息的代码，用于免填'),
    help: z.string().min(1).optional().describe('填写说明'),
    prefill: z.enum(['shared', 'rule']).optional().describe('由共享数据或规则带出'),
    requiredWhen: conditionSchema.optional().describe('条件成立时必填'),
    showWhen: conditionSchema.optional().describe('条件成立时才询问'),
    check: z
      .strictObject({ when: conditionSchema.describe('应当成立的条件'), zh: zh.describe('不成立时告诉填写人的话') })
      .optional()
      .describe('与此前所填的核对'),
  })
  .transform((field) => {
    const inner = field.options['fields'];
    return field.kind === 'group' && Array.isArray(inner)
      ? { ...field, options: { ...field.options, fields: Object.fromEntries(inner as [string, unknown][]) } }
      : field;
  });
const fields = (what: string) => ordered(name, fieldSchema, what);

const unit = z.enum(['minute', 'hour', 'working_day', 'calendar_day', 'month', 'year']);
const amount = {
  value: z.number().int().nonnegative().describe('时限的数值；0 只用于事件当日'),
  unit: unit.describe('时限的单位'),
};
const basis = {
  basis: zh.describe('时限的依据'),
  basisType: z.enum(['statutory', 'local_promise']).describe('法定或地方承诺'),
  needsCheck: z.literal(true).optional().describe('依据待核'),
};
const limit = z.strictObject({
  ...amount,
  ...basis,
  extension: z.strictObject(amount).optional().describe('可以延长的时间'),
  countedFrom: z
    .discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('step').describe('自环节起算'),
        ref: stepName.describe('环节'),
        zh: zh.describe('起算点'),
      }),
      z.strictObject({
        kind: z.literal('event').describe('自事件起算'),
        ref: name.describe('存放日期或时刻的字段'),
        zh: zh.describe('起算点'),
        direction: z.literal('before').optional().describe('时限在事件之前'),
      }),
    ])
    .optional()
    .describe('起算点，缺省为进入环节时'),
  silence: z
    .strictObject({
      effect: z.enum(['deemed_approved', 'deemed_accepted']).describe('默示的效力'),
      outcome: name.describe('期满所取的结果'),
    })
    .optional()
    .describe('期满不作为的法律效果'),
});

const autoAction = z.strictObject({
  action: z
    .enum([
      'sms',
      'doc',
      'rule',
      'match',
      'sign',
      'open',
      'ocr',
      'locate',
      'publish',
      'pay',
      'idcheck',
      'chain',
      'record',
      'count',
      'sync',
      'accrue',
    ])
    .describe('自动动作'),
  targets: z.array(z.string()).describe('动作的对象'),
  when: z.enum(['enter', 'exit']).describe('进入环节时或作出结果后'),
  on: z.array(name).optional().describe('只在这些结果时'),
  effect: z.string().optional().describe('登记的效果'),
  template: name.optional().describe('通知或文书的模板'),
});

const outcome = z.strictObject({
  zh: zh.describe('结果的名称'),
  next: z.array(stepName).min(1).optional().describe('进入的环节'),
  end: name.optional().describe('办结的结果'),
  by: z
    .array(z.union([role, z.enum(['clock', 'event'])]))
    .min(1)
    .optional()
    .describe('由谁选择'),
  conditionZh: zh.optional().describe('取此结果的条件'),
  when: conditionSchema.optional().describe('条件的数据形式'),
  parallel: z
    .strictObject({ join: stepName.describe('汇聚的环节'), scope: z.array(stepName).min(1).describe('并行段内的环节') })
    .optional()
    .describe('并行开始'),
  form: fields('选择此结果时填写').optional().describe('选择此结果时填写'),
  reason: z.literal('required').optional().describe('必须写明理由'),
});

const verdicts = { pass: name.describe('通过的结果'), fail: name.describe('不通过的结果') };

const step = z.strictObject({
  zh: zh.describe('环节的名称'),
  kind: z.enum(['human', 'auto', 'join']).describe('人工、自动或汇聚'),
  role: role.describe('环节的主责角色'),
  actors: z.array(role).min(1).optional().describe('可以办理的角色'),
  produces: zh.describe('环节的产出'),
  limit: limit.optional().describe('办理时限'),
  form: fields('环节的表单').optional().describe('环节的表单'),
  outcomes: ordered(name, outcome, '各结果'),
  decide: z.string().optional().describe('登记的判定'),
  auto: z.array(autoAction).optional().describe('自动动作'),
  withdrawable: z.literal(true).optional().describe('申请人可以撤回'),
  perItem: z
    .strictObject({ zh: zh.describe('逐项说明'), items: name.describe('名单字段') })
    .optional()
    .describe('名单逐项办理'),
  orgFrom: z
    .union([
      z.strictObject({ step: stepName.describe('取自环节') }),
      z.strictObject({ field: name.describe('取自字段') }),
      z.strictObject({ original: z.literal(true).describe('取自所引办件') }),
    ])
    .optional()
    .describe('经办单位的来源'),
  waitFor: z.literal('all_active_branches').optional().describe('等待各分支'),
  standing: z.literal(true).optional().describe('自行运行的环节：能做的事可以做，但不轮到谁'),
  differentFrom: z.array(stepName).min(1).optional().describe('须与这些环节的办理人不同'),
  vote: z
    .discriminatedUnion('mode', [
      z.strictObject({
        mode: z.enum(['all', 'any']).describe('会签或或签'),
        count: z.number().int().positive().describe('投票的人数'),
        ...verdicts,
      }),
      z.strictObject({
        mode: z.literal('count').describe('票数'),
        count: z.number().int().positive().describe('所需票数'),
        of: z.number().int().positive().describe('投票的人数'),
        ...verdicts,
      }),
    ])
    .optional()
    .describe('表决'),
  readers: z.array(role).min(1).optional().describe('自此可以查看的角色'),
  reveals: z.array(name).min(1).optional().describe('办理人可以看全的敏感字段'),
  shows: z.array(name).min(1).optional().describe('办理前要先给办理人看的内容'),
});

const domain = z.enum([
  'union',
  'bargaining',
  'relief',
  'mutual-aid',
  'daily-insurance',
  'occupational-injury',
  'social-insurance',
  'dispute',
  'agreement',
  'employment',
  'care',
  'enterprise-guidance',
  'supervision',
]);

const workflow = z.strictObject({
  code: stepName.describe('流程的代码'),
  zh: zh.describe('流程的名称'),
  en: z.string().min(1).describe('英文名称'),
  domain: domain.describe('领域'),
  purpose: z.string().min(1).max(400).describe('流程的用途'),
  entries: ordered(
    name,
    z.strictObject({
      step: stepName.describe('起始环节'),
      waits: z.array(stepName).optional().describe('接续时所等待的环节；空表示总是另开一件'),
      again: z.array(stepName).min(1).optional().describe('本入口的办件在哪些环节重新填写自己的表'),
      after: z
        .strictObject({ step: stepName.describe('环节'), outcome: name.describe('结果') })
        .optional()
        .describe('同一流程的办件到了这个结果之后，可以从它的页面开始'),
      zh: zh.describe('入口名称'),
      caseMode: z.enum(['new', 'attach', 'attach_or_new', 'sub_case']).describe('新办或接续'),
      startedBy: z.enum(['service', 'staff', 'system']).describe('由谁发起'),
    }),
    '各入口',
  ),
  steps: ordered(stepName, step, '各环节'),
  timers: z
    .array(
      z.strictObject({
        step: stepName.describe('环节'),
        after: limit.describe('多久之后'),
        effectZh: zh.describe('效果'),
        next: stepName.describe('转入的环节'),
      }),
    )
    .optional()
    .describe('特别定时'),
  ends: ordered(name, zh, '各办结结果'),
});

export const serviceSchema = z.strictObject({
  v: z.literal(1).describe('编译格式的版本'),
  code: z
    .string()
    .regex(/^[A-Z]{2}-\d{3}$/)
    .describe('事项编号'),
  zh: zh.describe('事项名称'),
  en: z.string().min(1).describe('英文名称'),
  domain: domain.describe('领域'),
  workflow: workflow.describe('所用流程，整体嵌入'),
  entry: name.describe('流程的入口'),
  audience: z
    .array(z.enum(['worker', 'family', 'enterprise', 'union', 'staff']))
    .min(1)
    .describe('面向谁'),
  lead: z.enum(keysOf(departments)).describe('牵头部门'),
  cooperating: z
    .array(z.union([z.enum(keysOf(departments)), z.enum(keysOf(outsideParties))]))
    .describe('协办部门与外部单位'),
  channels: z
    .array(z.enum(['mobile', 'window', 'enterprise_portal', 'staff', 'proactive']))
    .min(1)
    .describe('办理渠道'),
  fields: fields('申请表的字段'),
  materials: ordered(
    name,
    z.strictObject({
      zh: zh.describe('材料名称'),
      required: z.boolean().describe('是否必交'),
      ocr: z.enum(['id_card', 'bank_card', 'invoice', 'diagnosis', 'licence', 'none']).describe('影像识别类型'),
      exemptIfShared: z.literal(true).optional().describe('已有共享数据或证照时免交'),
      requiredWhen: conditionSchema.optional().describe('条件成立时必交'),
      accept: z
        .array(z.enum(['image', 'pdf', 'audio', 'video', 'sheet', 'document']))
        .min(1)
        .optional()
        .describe('文件的类型'),
      maxCount: z.number().int().positive().optional().describe('最多几个文件'),
    }),
    '申请材料',
  ),
  terms: z
    .strictObject({
      zh: zh.describe('条款摘要的名称'),
      before: name.describe('在哪一项声明之前展示'),
      sections: z
        .array(
          z.strictObject({
            zh: zh.describe('小标题'),
            lines: z.array(zh).min(1).describe('各条'),
            basis: zh.describe('来源'),
            confidence: z.enum(['verified', 'report', 'unverified']).describe('已核、据报道或待核'),
          }),
        )
        .min(1)
        .describe('各节'),
    })
    .optional()
    .describe('签订前必须说明的条款（保险法第十七条）'),
  eligibility: z
    .array(
      z.strictObject({
        zh: zh.describe('条件'),
        when: z
          .union([z.strictObject({ fact: z.string().describe('登记的事实') }), conditionSchema])
          .describe('条件的数据形式'),
      }),
    )
    .describe('办理条件；不满足时提示并转人工，不自动拒绝'),
  statutoryLimit: z
    .strictObject({ ...amount, ...basis })
    .optional()
    .describe('法定时限'),
  promisedLimit: z.strictObject(amount).describe('承诺时限'),
  dossier: z
    .strictObject({
      kind: name.describe('卷宗类型'),
      zh: zh.describe('卷宗名称'),
      happenedAt: name.optional().describe('存放发生时间的字段'),
    })
    .optional()
    .describe('开立的卷宗'),
  outcome: z
    .strictObject({
      type: z.enum(['certificate', 'document', 'payment', 'record', 'appointment', 'referral']).describe('结果类型'),
      zh: zh.describe('结果名称'),
    })
    .describe('办理结果'),
  fee: z.strictObject({ charged: z.boolean().describe('是否收费'), zh: zh.describe('收费说明') }).describe('收费'),
  rules: z.array(z.string()).describe('规则表'),
  legalBasis: z.array(zh).describe('法律依据'),
  keywords: z.array(zh).optional().describe('检索用词'),
  summary: zh.optional().describe('一句话说明'),
});

/** Reads compiled data; throws a ZodError that names every wrong property. */
export function parseCompiled(data: unknown): Service {
  const { v: _version, ...service } = serviceSchema.parse(data);
  return service as unknown as Service;
}
