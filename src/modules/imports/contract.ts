// How an import says no. Runs in a browser: no I/O.

import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'imports.no_header': {
    status: 422,
    zh: '前 20 行里没有找到表头，缺：{missing}。',
    next: '请按 docs/guides/import.md 的格式写明各列的名称。',
  },
  'imports.source_name': {
    status: 422,
    zh: '旧系统的名称不能用：{source}。',
    next: '请用 2 到 40 个汉字、字母或数字，同一个旧系统每次都写同一个名称。',
  },
  'imports.no_operator': {
    status: 403,
    zh: '{login} 不是启用中的系统管理员账号。',
    next: '请用 --by 写明由哪位系统管理员导入；账号先要从邀请链接启用。',
  },
  'imports.no_run': { status: 404, zh: '没有这次导入：{run}。', next: '请用 list 查看导入的编号。' },
  'imports.not_done': {
    status: 409,
    zh: '这次导入还没有做完，不能撤销。',
    next: '请用同样的命令再导入一次这个文件，做完后再撤销。',
  },
  'imports.too_late': {
    status: 409,
    zh: '这次导入的逐行记录已按保存期限清除，不能整批撤销。',
    next: '请逐人办理退会或退保。',
  },
  'imports.busy': {
    status: 409,
    zh: '导入时一直有人在同时办理同样的事。',
    next: '请再运行一次同样的命令，会接着做。',
  },
});

export type ImportKind = 'members' | 'policies';
