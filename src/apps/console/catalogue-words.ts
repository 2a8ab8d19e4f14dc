// Chinese names of the catalogue's domains and severities. Pure.

import type { Finding } from './api-types.ts';

const domains: Readonly<Record<string, string>> = {
  union: '工会组织',
  bargaining: '集体协商',
  relief: '帮扶救助',
  'mutual-aid': '互助保障',
  'daily-insurance': '日保',
  'occupational-injury': '职业伤害保障',
  'social-insurance': '社会保险',
  dispute: '争议处理',
  agreement: '协议与规则',
  employment: '就业与培训',
  care: '关爱服务',
  'enterprise-guidance': '用工指导',
  supervision: '监督',
};

export function domainZh(domain: string): string {
  return domains[domain] ?? domain;
}

export function severityZh(severity: string): string {
  return { error: '错误', warning: '提醒', pending: '待补', check: '待核', needs_check: '待核' }[severity] ?? '说明';
}

/** A summary may carry the findings or only their number. */
export function findingCount(findings: readonly Finding[] | number): number {
  return typeof findings === 'number' ? findings : findings.length;
}
