// What the system administrator may do with an organisation, as forms: set one up, rename, move, route. Pure; the server decides.

import { departments, outsideParties, roles } from '#catalog/roles';
import { childrenOf, isWithin, regionFullName } from '#catalog/regions';
import { mayStandUnder, type AdminOrgDetail } from '#contract/orgs';
import type { ActField, ActValues } from './act-dialog.tsx';
import { api } from './paths.ts';

export type OrgAct = {
  readonly title: string;
  readonly note?: string;
  readonly url: string;
  readonly fields: readonly ActField[];
  readonly bodyOf: (values: ActValues) => Readonly<Record<string, unknown>>;
};

export const kindOptions = Object.entries({ ...departments, ...outsideParties }).map(([value, { zh }]) => ({
  value,
  label: zh,
}));
const roleOptions = Object.entries(roles)
  .filter(([, { kind }]) => kind === 'department' || kind === 'external')
  .map(([value, { zh }]) => ({ value, label: zh }));

const reason: ActField = { name: 'reason', label: '理由', kind: 'text' };

/** Every province, city and county, in the order of the codes; within one where only that may be chosen. */
function regionOptions(within: string | null): ActField['options'] {
  const codes = childrenOf().flatMap((province) => [
    province,
    ...childrenOf(province.code).flatMap((city) => [city, ...childrenOf(city.code)]),
  ]);
  return codes
    .filter(({ code }) => within === null || isWithin(code, within))
    .map(({ code }) => ({ value: code, label: `${regionFullName(code) ?? ''} ${code}` }));
}

/** Under `parent`, or at the top. `home` is where the administrator works. */
export function addAct(parent: AdminOrgDetail | null, home: string | undefined): OrgAct {
  const kinds = parent ? kindOptions.filter(({ value }) => mayStandUnder(value, parent.kind)) : kindOptions;
  const within = parent && Object.hasOwn(departments, parent.kind) ? parent.region : null;
  return {
    title: parent ? '设立下级单位' : '设立单位',
    note: parent ? `上级：${parent.name}` : '设在最上一级；要设在某个单位之下，请在那个单位的页面上设立。',
    url: api.adminOrgs({}),
    fields: [
      { name: 'name', label: '名称', kind: 'text', help: '写全称，与印章一致。' },
      { name: 'code', label: '代码', kind: 'text', help: '字母、数字、点、横线；设立后不能改。' },
      { name: 'kind', label: '种类', kind: 'choice', options: kinds, start: parent?.kind ?? '' },
      {
        name: 'region',
        label: '行政区划',
        kind: 'choice',
        options: regionOptions(within) ?? [],
        start: parent?.region ?? home ?? '',
        help: '输入名称或代码查找。',
      },
      { name: 'uscc', label: '统一社会信用代码', kind: 'text', optional: true },
    ],
    bodyOf: (values) => ({ ...withoutEmpty(values), parentId: parent?.orgId ?? null }),
  };
}

export function actsFor(org: AdminOrgDetail, home: string | undefined): readonly OrgAct[] {
  const url = api.adminOrg(org.orgId);
  const seen = { name: org.name, parentId: org.parentId };
  return [
    addAct(org, home),
    {
      title: '改名',
      note: '办件、文书里已经写下的旧名称不变；以后的用新名称。',
      url: `${url}/move`,
      fields: [{ name: 'name', label: '新名称', kind: 'text', start: org.name }, reason],
      bodyOf: (values) => ({ ...values, seen }),
    },
    {
      title: '移动',
      note: `现在的上级：${org.parentName ?? '没有，在最上一级'}。下级单位随着一起移动，岗位和办件不变。`,
      url: `${url}/move`,
      fields: [
        {
          name: 'parentId',
          label: '新的上级',
          kind: 'org',
          optional: true,
          help: '不选即移到最上一级；不能移到自己的下级之下。',
        },
        reason,
      ],
      bodyOf: ({ parentId = '', ...values }) => ({ ...values, parentId: parentId === '' ? null : parentId, seen }),
    },
    {
      title: '增加承办',
      note: '以后这个地区轮到这个岗位的办件到这里来；已经轮到别处的任务不动。地区越具体越优先。',
      url: `${url}/routes`,
      fields: [
        { name: 'role', label: '岗位', kind: 'choice', options: roleOptions },
        { name: 'region', label: '地区', kind: 'choice', options: regionOptions(null) ?? [], start: org.region },
        {
          name: 'priority',
          label: '优先',
          kind: 'number',
          start: '0',
          help: '0 至 99。同一地区有几个单位承办时，大的优先。',
        },
      ],
      bodyOf: ({ priority = '0', ...values }) => ({ ...values, priority: Number(priority) }),
    },
  ];
}

export function endRouteAct(org: AdminOrgDetail, route: AdminOrgDetail['routes'][number], next: string): OrgAct {
  const { role, region, roleZh, regionZh } = route;
  return {
    title: '取消承办',
    note: `以后${regionZh}的“${roleZh}”由“${next}”承办。已经轮到${org.name}的任务不动，在这里办完；这些办件下一次轮到这个岗位，就到接替的单位。`,
    url: `${api.adminOrg(org.orgId)}/routes/end`,
    fields: [reason],
    bodyOf: (values) => ({ ...values, role, region }),
  };
}

function withoutEmpty(values: ActValues): ActValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
}
