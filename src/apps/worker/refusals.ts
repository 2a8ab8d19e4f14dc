// The refusals of the pages themselves; those of the work behind them come from its modules.

import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'worker.sign_in': { status: 401, zh: '登录已经过期。', next: '请重新登录，没有提交的内容需要再填一次。' },
  'worker.page_expired': { status: 403, zh: '这个页面放得太久，已经过期。', next: '请返回上一页，刷新后再提交。' },
  'worker.no_such_page': { status: 404, zh: '没有这个页面。', next: '请检查地址，或从首页重新进入。' },
  'worker.no_such_service': { status: 404, zh: '没有编号为 {code} 的事项。', next: '请在“办事”里查找。' },
  'worker.no_draft': { status: 409, zh: '还没有开始填写这件事。', next: '请从事项说明页点“开始办理”。' },
  'worker.action_gone': {
    status: 409,
    zh: '这个操作现在不能进行，办件的情况可能已经变化。',
    next: '请打开办件，看最新的进度。',
  },
  'worker.no_file': { status: 422, zh: '没有收到文件。', next: '请重新选择文件后上传。' },
  'worker.file_too_large': {
    status: 413,
    zh: '文件太大，每个文件不能超过 {megabytes} MB。',
    next: '请换一个小一些的文件，或拍照上传。',
  },
  'worker.form_too_large': { status: 413, zh: '提交的内容太多。', next: '请删减后再提交。' },
});
