// How membership may say no. Runs in a browser: no I/O.

import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'membership.member_already': {
    status: 409,
    zh: '这个人已经有有效会籍（{memberNo}），不能再建档。',
    next: '请在本环节退回申请并说明原因；需要转到本工会的，请办理会籍转接。',
  },
  'membership.no_member': {
    status: 409,
    zh: '您现在没有有效会籍，没有会员证可以补换。',
    next: '请先办理“个人入会”；会籍在别处的，请到原工会办理转接。',
  },
  'membership.card_unknown': {
    status: 422,
    zh: '会员证号与您名下的会籍不符。',
    next: '会员证号就是会员编号，在“我的”页面可以看到，请核对后再填。',
  },
});
