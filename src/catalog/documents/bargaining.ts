// Letters of collective bargaining on wages (工资集体协商试行办法 17–24 条).

import { defineDocument, facts, paragraph } from './letter.ts';

const sides = [
  'worker_representative',
  'worker',
  'employer_representative',
  'enterprise',
  'grassroots_union',
  'county_union',
  'bargaining_guide',
  'hrss_reviewer',
] as const;

export const bargainingDocuments = [
  defineDocument({
    code: 'bargaining_invitation',
    title: '工资集体协商要约书',
    addressee: '企业（站点）负责人：',
    recipients: sides,
    body: [
      paragraph(
        '依照《中华人民共和国劳动合同法》第五十一条和《工资集体协商试行办法》第十七条，现就工资、单价和补贴等事项提出集体协商要约（办件编号{{case_no}}）。',
      ),
      paragraph('协商的议题、时间和地点见本办件。请在收到本要约书之日起二十日内作出书面答复。'),
      facts(['要约日期', '{{today}}']),
    ],
  }),
  defineDocument({
    code: 'coordination_agreement',
    title: '集体协商争议协调处理协议书',
    addressee: '协商双方：',
    recipients: sides,
    body: [
      paragraph('双方在协商中的争议（办件编号{{case_no}}），经协调，达成如下处理意见：'),
      paragraph('{{coordination_result}}'),
    ],
  }),
  defineDocument({
    code: 'wage_review_opinion',
    title: '工资协议审查意见书',
    addressee: '协商双方：',
    recipients: sides,
    body: [
      paragraph(
        '报送的工资协议（办件编号{{case_no}}）收悉。依照《工资集体协商试行办法》第二十二条，对协商代表资格、协议条款和签订程序进行了审查，意见如下：',
      ),
      paragraph('{{review_opinion}}'),
      facts(['到会人数', '{{vote_attend}}'], ['赞成人数', '{{vote_yes}}'], ['审查日期', '{{today}}']),
      paragraph('自收到工资协议之日起十五日内未提出异议的，工资协议即行生效；协议生效后五日内应当向全体劳动者公布。'),
    ],
  }),
  defineDocument({
    code: 'termination_receipt',
    title: '工资协议解除（终止）备案回执',
    addressee: '协商双方：',
    recipients: sides,
    body: [
      paragraph('报送的工资协议解除（终止）材料（办件编号{{case_no}}）收悉，已予备案。'),
      facts(['备案号', '{{record_no}}'], ['备案日期', '{{today}}']),
    ],
  }),
];
