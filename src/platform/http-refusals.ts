// The refusals that HTTP itself makes, before any module is asked. Sentences for people; no codes of libraries.

import { declareRefusals } from './errors.ts';

export const refuseHttp = declareRefusals({
  'http.bad_request': { status: 400, zh: '请求的格式不对，系统没有处理。', next: '请刷新页面后重试。' },
  'http.bad_parameters': { status: 400, zh: '地址里的参数不对。', next: '请回到上一页，从页面上的链接进入。' },
  'http.invalid': { status: 422, zh: '有{count}处填写需要修改。', next: '请按每一处的提示修改后再提交。' },
  'http.bad_cursor': { status: 400, zh: '翻页的位置已经失效。', next: '请回到第一页重新查看。' },
  'http.not_found': { status: 404, zh: '没有这个页面或接口。', next: '请检查地址，或回到首页。' },
  'http.too_large': { status: 413, zh: '提交的内容太大了。', next: '请压缩或分开提交，文件每个不超过 20 MB。' },
  'http.unsupported_type': {
    status: 415,
    zh: '不支持这种内容格式。',
    next: '接口请使用 application/json，页面请用表单提交。',
  },
  'http.busy': {
    status: 503,
    zh: '现在使用的人太多，系统暂时处理不过来。',
    next: '您填写的内容没有丢失，请过几秒再试。',
  },
  'http.disk_full': {
    status: 503,
    zh: '系统的存储空间快用完了，现在只能查看，暂时不能办理和上传。',
    next: '您填写的内容没有提交，请过一会儿用同样的内容再试，不会重复办理。',
  },
  'http.unavailable': {
    status: 503,
    zh: '系统正在恢复，暂时不能处理。',
    next: '请过几秒用同样的内容再试，不会重复办理。',
  },
});
