// How drafts say no. Declared once, for the worker's forms and the desk's.

import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'drafts.none': { status: 409, zh: '没有找到这份填写中的申请。', next: '请从服务目录重新开始。' },
  'drafts.sent': { status: 409, zh: '这份申请已经提交过了。', next: '请到“我的办件”查看。' },
  'drafts.unknown_field': { status: 422, zh: '申请表里没有“{field}”这一项。', next: '请刷新页面后重新填写。' },
  'drafts.too_large': {
    status: 413,
    zh: '填写的内容太长，没有保存。',
    next: '请把长的内容改为附件上传。',
  },
});
