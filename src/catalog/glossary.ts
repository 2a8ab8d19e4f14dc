// The bilingual bridge: the English words of the code and what they are called in Chinese. A table, module, workflow, step or
// action whose words are not here fails a test. Official terms name their source; `not` lists words that mean something else.

export type Term = {
  readonly term: string;
  readonly zh: string;
  readonly source: string;
  readonly not?: readonly string[];
};

/** One term a line: `term 中文`, all with the same source. */
function terms(source: string, lines: string, not: Readonly<Record<string, readonly string[]>> = {}): readonly Term[] {
  return lines
    .trim()
    .split('\n')
    .map((line) => {
      const [term = '', ...zh] = line.trim().split(' ');
      const others = not[term];
      return { term, zh: zh.join(' '), source, ...(others ? { not: others } : {}) };
    });
}

export const glossary: readonly Term[] = [
  { term: 'occupationalInjury', zh: '职业伤害', source: '新就业形态人员职业伤害保障办法（试行）', not: ['workInjury'] },
  { term: 'workInjury', zh: '工伤', source: '工伤保险条例', not: ['occupationalInjury'] },
  {
    term: 'newEmploymentForm',
    zh: '新就业形态',
    source: '关于维护新就业形态劳动者劳动保障权益的指导意见',
    not: ['gigEconomy'],
  },
  { term: 'collectiveWageNegotiation', zh: '工资集体协商', source: '工资集体协商试行办法', not: ['wageTalks'] },
  { term: 'mutualAid', zh: '互助保障', source: '职工互助保障组织监督管理办法', not: ['insurance'] },
  { term: 'labourAbilityAssessment', zh: '劳动能力鉴定', source: '劳动能力鉴定管理办法', not: ['workCapacityTest'] },
  { term: 'legalAid', zh: '法律援助', source: '法律援助法', not: ['legalHelp'] },
  { term: 'socialInsurance', zh: '社会保险', source: '社会保险法', not: ['socialSecurity'] },
  { term: 'grassrootsUnion', zh: '基层工会', source: '工会法', not: ['localUnion'] },
  { term: 'deemedApproved', zh: '视为同意', source: '工资集体协商试行办法第二十二条', not: ['autoApproved'] },
  { term: 'retention', zh: '保存期限', source: '工伤认定办法第二十四条', not: ['ttl'] },
  { term: 'dataKey', zh: '数据密钥', source: '信息安全通用用语' },
  { term: 'blindIndex', zh: '盲索引', source: '信息安全通用用语', not: ['hash'] },
  { term: 'fourEyes', zh: '双人复核', source: '内部控制通用用语', not: ['doubleCheck'] },
  {
    term: 'goodBadRating',
    zh: '好差评',
    source: '国务院办公厅关于建立政务服务“好差评”制度提高政务服务水平的意见',
    not: ['stars'],
  },
  { term: 'subsidyShare', zh: '补贴分担', source: '保险实施方案（待核）', not: ['discount'] },
  ...terms(
    '信息安全技术 网络安全等级保护基本要求（GB/T 22239-2019）8.1.5；条款号待核',
    `
      systemAdministrator 系统管理员
      securityAdministrator 安全管理员
      auditAdministrator 审计管理员
    `,
  ),
  ...terms(
    '组织与人员',
    `
      administration 系统管理（三员的管理行为）
      admin 管理
      act 管理行为
      staffLink 一次性链接（邀请、重设）
      staffSubject 统一身份认证的登记（认证标识对应账号）
      staffKey 安全密钥（WebAuthn，签名证明是本人）
      keyChallenge 请密钥签名的摘要
      oidc 统一身份认证（OpenID Connect）
      oidcLogin 统一身份认证的一次登录
      roleProposal 待复核的授权
      substitution 代办（不在岗期间由同事办理）
      enterprise 企业（平台企业、用工合作企业）
      apiKey 接口密钥
      use 调用
      workSignal 接单信息
    `,
  ),
  ...terms(
    '存储与记录',
    `
      account 账户
      action 动作（办件的一次行为）
      approval 批准
      alias 同一人的另一个登记编号
      duplicate 重复登记
      personMerge 合并登记
      personTrait 登记特征（只用来找重复，读不回原文）
      suspicion 疑似重复
      window 窗口
      traitScan 查找重复的进度
      authority 代办授权
      authorities 代办授权
      balance 余额
      contacts 联系方式与收款卡
      payoutAccount 收款卡
      identityCheck 实名与持卡人核对
      phone 手机号
      failure 试错
      bankLine 银行流水行
      batch 批次
      benefit 待遇
      body 动作内容
      case 办件
      catalogue 事项目录
      claim 理赔申领
      code 代码、验证码
      consent 同意（个人信息）
      access 查看（谁看过）
      privacy 个人信息保护
      purpose 处理目的
      copy 抄送
      counter 计数
      cover 保障（在保状态）
      deadline 期限
      definition 定义
      document 文书
      dossier 卷宗
      draft 草稿
      roster 名单
      insured 被保险人
      holder 投保人（付钱为别人投保的单位）
      declined 保险公司不承保
      imports 导入（旧系统的会员和保单）
      people 名单上的人
      item 一项
      ended 已结束
      items 逐项
      taken 已采用
      endorsement 批改、批单
      entry 分录、入口
      event 事件
      file 文件
      identity 身份
      leaf 存证叶
      line 明细行
      link 关联
      log 存证日志
      mandate 授权（续保授权）
      membership 会籍
      money 资金
      notice 通知
      number 编号
      order 订单、支付单
      org 机构
      part 短信分段
      payment 收款
      payout 付款
      person 劳动者（自然人）
      policy 保单
      publication 发布
      withholding 代扣
      hold 保全（法律保全）
      erasure 删除（个人信息）
      rating 好差评
      reconciliation 对账
      request 请求
      role 角色
      session 会话
      setting 设置
      sms 短信
      snapshot 快照
      staff 工作人员
      state 状态
      task 待办
      trace 留痕
      transfer 转账、转办
      unmasking 查看原文
      vote 表决
    `,
    {
      case: ['ticket', 'application'],
      catalogue: ['catalog'],
      claim: ['request'],
      cover: ['insurance'],
      dossier: ['folder'],
      notice: ['message'],
      org: ['company', 'organisation'],
      payment: ['payout'],
      payout: ['payment'],
      person: ['user', 'worker'],
      rating: ['score'],
      staff: ['employee', 'admin'],
      trace: ['audit'],
      unmasking: ['decrypt'],
    },
  ),
  ...terms(
    '流程目录',
    `
      ability 能力（劳动能力）
      agreement 协议
      aid 援助、互助
      appeal 申诉、异议
      arbitration 仲裁
      archive 档案
      assessment 鉴定、评估
      booking 预约
      care 关爱
      check 核对
      collective 集体（协商）
      confirmation 确认
      construction 建设（建会）
      consultation 咨询、恳谈
      contract 合同
      contribution 缴费
      counselling 心理咨询
      daily 按日
      decision 决定
      diagnosis 诊断
      dispatch 派单、分派
      education 助学
      election 选举
      emergency 应急
      employment 就业、用工
      enrol 参保、投保
      enrolment 登记参保
      establish 建立（建会）
      flexible 灵活就业
      gig 零工
      grant 补助
      hardship 困难
      health 健康
      industry 行业
      injury 伤害
      inspection 监察
      insurance 保险
      job 岗位
      join 入会、汇聚
      labour 劳动
      legal 法律
      letter 函、书
      matching 匹配
      mediation 调解
      mutual 互助
      negotiation 协商
      oneStop 一站式
      organization 组织
      penalty 平台处罚
      platform 平台企业
      proactive 主动（服务）
      psych 心理
      relief 帮扶救助
      renewal 续保、续办
      report 报案、举报
      review 审查、复核
      rights 权益
      risk 风险
      rule 规则
      settlement 结算
      sign 签署
      skill 技能
      social 社会（保险）
      station 驿站、站点
      subsidy 补贴
      supervision 督办、监督
      training 培训
      union 工会
      wage 工资
      warning 预警
    `,
    { labour: ['labor'], letter: ['mail'] },
  ),
  ...terms(
    '流程环节',
    `
      apply 申请
      assess 核定
      assign 归口分派
      auto 自动
      card 会员证、银行卡
      change 变更
      close 结案
      confirm 确认
      coordinate 协调
      county 县（区）
      data 资料、数据
      decide 决定
      delegate 协商代表
      deny 不予、拒赔
      disability 伤残
      doc 单据
      dual 双人复核
      duty 保险责任
      eligibility 资格
      employer 用人单位
      endorse 批改
      evidence 举证
      exchange 交换
      allocate 拨付
      annual 年度
      audit 审计核实
      budget 预算
      declare 申报
      difference 差异
      dup 重复
      explain 说明
      hrss 人社
      insurer 承保公司
      month 月份
      outlet 服务网点
      point 点位
      publish 公布
      receipt 到账
      reconcile 对账
      recover 追回
      recovery 追回
      rectify 整改
      sample 抽样
      sampling 抽样检查
      pool 封存名单
      sheet 检查单
      score 考核分
      service 服务
      finance 财政
      verify 核实
      expiry 期满
      fact 事实
      fast 快速
      find 认定
      finish 办结
      inForce 在保
      grassroots 基层
      group 团体、组
      handoff 推送交接
      import 导入
      intake 收件
      investigate 调查
      invite 要约
      issue 出具
      manual 人工
      negotiate 协商（会议）
      notify 通知
      open 开启
      opinion 意见
      option 选择
      party 当事方
      pause 暂停
      pay 支付
      perform 履行
      police 交警
      prepare 准备
      prepay 预付
      publicise 公布
      quote 报价分账
      rate 比例、评价
      recheck 复核
      record 备案登记
      refund 退费
      relation 用工关系
      remedy 救济
      remind 催告
      reminder 提醒
      renegotiate 重新协商
      reply 答复
      resume 恢复
      run 执行
      serve 送达
      start 开始
      submit 报送、提交
      supplement 补正
      survey 查勘、征询
      suspend 中止
      terminate 终止
      township 乡镇（街道）
      underwrite 承保
      upload 上传
      urge 催办、督促
      wait 等待
      accept 签收、受理
      back 回（回访、退回）
      bad 差（差评）
      classify 分类
      consult 咨询
      contact 联系、回访
      evaluate 评议
      final 终次
      handle 调查处理
      joint 联合
      merge 并案
      re 再次
      return 退回、事后
      team 工作组
      visit 回访
    `,
    { supplement: ['correction'], underwrite: ['insure'], urge: ['remind'] },
  ),
  ...terms(
    '办件动作',
    `
      added 已加签
      answered 已答复
      appealed 已提出异议
      attached 已接续
      claimed 已领办
      clock 时钟
      copied 已抄送
      cosigner 会签人
      decided 已作出结果
      entrusted 已交给代办人
      expired 已期满
      extended 已延期
      fired 已触发
      given 已给出
      light 亮灯（黄灯、红灯）
      linked 已关联
      noted 已备注
      opened 已开办
      rated 已评价
      recomputed 已重算
      released 已释放
      requested 已要求
      resumed 已恢复
      returned 已退回
      submitted 已提交
      supervised 已督办
      suspended 已中止
      timer 定时
      transferred 已转办
      turned 已转灯
      urged 已催办
      voted 已投票
      withdrawn 已撤回
    `,
  ),
];

/** Singular and plural count as one word. */
export function knownWords(): ReadonlySet<string> {
  const words = glossary.flatMap(({ term }) => term.split(/(?=[A-Z])/).map((word) => word.toLowerCase()));
  return new Set(words.flatMap((word) => [word, plural(word)]));
}

function plural(word: string): string {
  if (word.endsWith('y') && !/[aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

/** Words of a name in any of our cases that the glossary does not know. */
export function unknownWords(name: string, known: ReadonlySet<string> = knownWords()): readonly string[] {
  return name
    .split(/[-_]|(?=[A-Z])/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '' && !known.has(word));
}
