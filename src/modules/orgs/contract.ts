// What others may ask of organisations. Runs in a browser: no I/O.

import { z } from 'zod';
import { reasonText, requestId } from '#contract/administration';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'orgs.missing': { status: 404, zh: '没有找到这个单位，或已经撤销。', next: '请回到单位列表重新选择。' },
  'orgs.code_taken': { status: 409, zh: '单位代码“{code}”已经有了。', next: '请换一个代码。' },
  'orgs.circle': { status: 422, zh: '不能移到自己或自己的下级之下。', next: '请选择别的上级单位。' },
  'orgs.name_taken': {
    status: 409,
    zh: '已经有同一种类、同名的单位“{name}”。',
    next: '请先在单位页查找；确实是另一个单位，请写全称区别开。',
  },
  'orgs.stale': {
    status: 409,
    zh: '这个单位刚刚被别人改过，您看到的不是最新的。',
    next: '请刷新页面，看过再改。',
  },
  'orgs.parent_unfit': {
    status: 422,
    zh: '“{kind}”不能设在“{parent}”之下。',
    next: '请选择同一系统的上级：部门、工会设在同系统的上级之下，站点设在平台企业或上级站点之下。',
  },
  'orgs.parent_elsewhere': {
    status: 422,
    zh: '上级单位管不到这个地区。',
    next: '部门和工会的上级应在同一地区，或在它所属的市、省；请换一个上级。',
  },
  'orgs.route_missing': {
    status: 404,
    zh: '这个单位不承办这个地区的这个岗位，或刚刚取消了。',
    next: '请刷新页面，核对承办的岗位和地区。',
  },
  'orgs.route_last': {
    status: 409,
    zh: '没有别的单位承办{region}的“{role}”，取消后办件没有去处。',
    next: '请先让接替的单位增加承办，再来取消。',
  },
  'orgs.kind_unknown': {
    status: 422,
    zh: '单位种类、岗位或行政区划不对。',
    next: '请从目录里的种类、岗位和区划中选择。',
  },
});

export const orgView = z.object({
  orgId: z.uuid(),
  name: z.string(),
  kind: z.string().describe('目录里的部门或外部单位代码'),
  region: z.string(),
  uscc: z.string().nullable(),
});
export type OrgView = z.infer<typeof orgView>;

export const orgSearchQuery = z.object({
  text: z.string().max(120).default('').describe('名称中的文字或统一社会信用代码'),
  kind: z.string().max(40).optional(),
  role: z.string().max(300).optional().describe('只找以这个角色办事的单位；几个角色用逗号分开，任一即可'),
  region: z
    .string()
    .regex(/^\d{6}$/, '行政区划代码应为 6 位数字。')
    .optional()
    .describe('这里的单位排在前面'),
});

const region = z
  .string()
  .regex(/^\d{6}$/, '行政区划代码应为 6 位数字。')
  .describe('行政区划代码');
const orgName = z.string().trim().min(2, '请填写单位名称。').max(120, '名称最多 120 个字。').describe('单位名称');

/** Kinds that may stand under another kind; every kind may stand under its own. */
const under: Readonly<Record<string, readonly string[]>> = {
  cooperating_employer: ['platform_company'],
  station_operator: ['union'],
  reconsideration_organ: ['justice'],
};

/** The rule of the tree: offices under their own system, stations under the company that they work for. */
export function mayStandUnder(kind: string, parentKind: string): boolean {
  return kind === parentKind || (under[kind] ?? []).includes(parentKind);
}

export const adminOrg = z.object({
  orgId: z.string(),
  code: z.string(),
  name: z.string(),
  kind: z.string(),
  kindZh: z.string(),
  region: z.string(),
  regionZh: z.string(),
  parentId: z.string().nullable(),
  parentName: z.string().nullable(),
  uscc: z.string().nullable(),
  active: z.boolean(),
  synthetic: z.boolean().describe('演示用的虚构单位'),
  children: z.number().int().describe('直接下级的个数'),
  routes: z
    .array(
      z.object({
        role: z.string(),
        roleZh: z.string(),
        region: z.string(),
        regionZh: z.string(),
        priority: z.number().int(),
      }),
    )
    .describe('承办的岗位和地区'),
});
export type AdminOrg = z.infer<typeof adminOrg>;

export const adminOrgDetail = adminOrg.extend({
  successors: z
    .array(
      z.object({ role: z.string(), region: z.string(), name: z.string().nullable().describe('没有别的单位时为 null') }),
    )
    .describe('每一项承办取消以后由谁承办'),
  path: z.array(z.object({ orgId: z.string(), name: z.string() })).describe('从最上级到直接上级'),
});
export type AdminOrgDetail = z.infer<typeof adminOrgDetail>;

export const adminOrgQuery = z.object({
  text: z.string().max(120).default('').describe('名称、名称的拼音首字母、代码或统一社会信用代码；不填则按树看'),
  parentId: z.uuid().optional().describe('看这个单位的下级；不填看最上一级'),
  kind: z.string().max(40).optional().describe('只看这一种类的最上一级'),
});
export type AdminOrgQuery = z.infer<typeof adminOrgQuery> & {
  readonly cursor?: string | undefined;
  readonly limit: number;
};

export const newOrgInput = z.object({
  requestId,
  code: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]{1,59}$/, '代码用字母、数字、点、横线，2 至 60 位。')
    .describe('单位代码'),
  name: orgName,
  kind: z.string().max(40).describe('目录里的部门或外部单位代码'),
  region,
  parentId: z.uuid().nullable().optional().describe('上级单位'),
  uscc: z
    .string()
    .regex(/^[0-9A-Z]{18}$/, '统一社会信用代码应为 18 位。')
    .nullable()
    .optional()
    .describe('统一社会信用代码'),
});
export type NewOrgInput = z.infer<typeof newOrgInput>;

export const moveOrgInput = z.object({
  requestId,
  name: orgName.optional().describe('新名称；不改名就不填'),
  parentId: z.uuid().nullable().optional().describe('新的上级单位；没有上级为 null，不移动就不填'),
  seen: z
    .object({ name: z.string().max(120), parentId: z.uuid().nullable() })
    .optional()
    .describe('改之前看到的名称和上级；与现在的不同就不改'),
  reason: reasonText,
});
export type MoveOrgInput = z.infer<typeof moveOrgInput>;

export const unrouteInput = z.object({
  requestId,
  role: z.string().max(60).describe('岗位代码'),
  region,
  reason: reasonText,
});
export type UnrouteInput = z.infer<typeof unrouteInput>;

export const routeInput = z.object({
  requestId,
  role: z.string().max(60).describe('岗位代码'),
  region,
  priority: z.number().int().min(0).max(99).default(0).describe('同一地区有几个单位时，大的优先'),
});
export type RouteInput = z.infer<typeof routeInput>;
