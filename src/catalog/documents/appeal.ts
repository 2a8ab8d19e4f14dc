// Letters to those who appealed or asked: the reply, the final reply with what can still be done, and the lawyer's answer.

import { defineDocument, facts, paragraph } from './letter.ts';

const readers = ['worker', 'family_member', 'case_dispatcher', 'hrss_reviewer', 'supervisor'] as const;

export const appealDocuments = [
  defineDocument({
    code: 'appeal_reply',
    title: '诉求答复书',
    recipients: readers,
    body: [
      paragraph('您提出的诉求（办件编号{{case_no}}），已经办理，现答复如下：'),
      paragraph('{{reply_text}}'),
      facts(['主办单位', '{{lead_org}}'], ['依据', '{{reply_basis}}'], ['答复日期', '{{today}}']),
      paragraph('请在办件页面作出评议。您不满意的，由督办员二次办理；到期没有评议的，本件按期办结。'),
    ],
    remedy:
      '您对本答复有异议的，除评议外，也可以依法申请调解、仲裁，向劳动保障监察机构投诉，或者向人民法院提起诉讼。劳动争议申请仲裁的时效期间为一年。',
  }),
  defineDocument({
    code: 'appeal_final',
    title: '诉求终次答复书',
    recipients: ['worker', 'family_member', 'case_dispatcher', 'supervisor'],
    body: [
      paragraph('您提出的诉求（办件编号{{case_no}}），经督办员二次办理，现作出终次答复：'),
      paragraph('{{final_text}}'),
      paragraph('您还可以：{{final_remedy}}'),
    ],
    remedy: '本答复之后，同一诉求没有新的事实的，不再重复办理。您依法申请调解、仲裁、提起诉讼的权利不受影响。',
  }),
  defineDocument({
    code: 'consult_reply',
    title: '咨询答复书',
    recipients: ['worker', 'family_member', 'enterprise', 'legal_aid_lawyer', 'case_dispatcher'],
    body: [
      paragraph('您的咨询（办件编号{{case_no}}），答复如下：'),
      paragraph('{{consult_answer}}'),
      paragraph('依据：{{consult_basis}}'),
      paragraph('本答复根据您所述的情况作出，情况有出入的，结论可能不同。需要代理的，可以申请法律援助。'),
    ],
  }),
];
