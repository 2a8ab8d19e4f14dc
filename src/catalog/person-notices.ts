// What a person is told of the own account, by SMS and in the app, and the messages that carry a code. None hangs on a case. The same
// rules hold as for notices of cases: no sensitive value, two messages at most.

export type PersonNotice = {
  readonly code: string;
  readonly title: string;
  readonly text: string;
  readonly sms: boolean;
};

const told = (code: string, title: string, text: string): PersonNotice => ({ code, title, text, sms: true });

const list: readonly PersonNotice[] = [
  told(
    'authority_granted',
    '您授权了别人替您办事',
    '您凭验证码同意{agent}替您办理{services}。不是您同意的，请马上登录，在“我的—替家人办”里停止。',
  ),
  told('authority_ended', '代办授权已停止', '{who}与您之间关于{services}的代办授权已经停止，从现在起不能再代办。'),
  told(
    'authority_approved',
    '代办申请已同意',
    '您提出的代办申请（{services}）已经窗口同意，请打开“我的—替家人办”开始办理。',
  ),
  told(
    'authority_refused',
    '代办申请没有同意',
    '您提出的代办申请（{services}）没有通过审核，请打开“我的—替家人办”查看理由。',
  ),
  told(
    'window_registered',
    '窗口为您登记好了',
    '{office}的{agent}已凭您手机的验证码为您登记，以后用这个手机号就能登录。不是您本人要办的，请拨打12333。',
  ),
  told(
    'person_merged',
    '您的两个登记已合并',
    '经窗口提请、另一人复核，您这部手机的登记与尾号{other}的手机的登记已合并为一个人，两个手机号都能登录。不是同一人的，请马上登录，在“我的—合并的登记”里点“不是我，不该合并”，或拨打12333。',
  ),
  told(
    'person_unmerged',
    '您的登记合并已撤销',
    '您这部手机的登记与尾号{other}的手机的登记已分开，各用各的手机号登录，原来的内容都在。有疑问请拨打12333。',
  ),
  told(
    'assist_begun',
    '窗口正在替您办事',
    '{agent}正在替您办理{services}。不是您本人要办的，请马上登录，在“我的—替家人办”里点“不是我办的”。',
  ),
  told(
    'group_insured',
    '单位为您买了保障',
    '{org}为您投保了{day}的日保，保单号{policy_no}，您不用付款。不同意的，保障开始前可在“我的—我的保障”里退出。',
  ),
  told(
    'group_replaced',
    '单位换人，您的保障取消',
    '{org}把{day}的日保（{policy_no}）换给了别人，您那天没有这份保障。要出工，请自己按天投保。',
  ),
  told(
    'card_changed',
    '收款卡要换了',
    '您的收款卡将换成尾号{tail}的卡，{until}起才付款到这张卡。不是您办的，请马上点 {url} 停止。',
  ),
  told(
    'phone_changed',
    '手机号已更换',
    '您登记的手机号已换成尾号{tail}的号码，以后用它登录。不是您办的，请马上到就近的工会服务站或拨打12351。',
  ),
  told(
    'phone_left',
    '手机号已更换',
    '您在工盾登记的手机号已换成尾号{tail}的号码。不是您办的，请马上到就近的工会服务站或拨打12351。',
  ),
  told(
    'phone_change_asked',
    '有人在窗口换您的手机号',
    '有人带证件在窗口把您登记的手机号换成尾号{tail}的号码，{until}起生效。不是您办的，请马上点 {url} 停止。',
  ),
  told('phone_change_stopped', '换手机号已停止', '窗口换手机号已停止，登记的手机号没有变。'),
  told(
    'card_stopped',
    '换卡已停止',
    '尾号{tail}的收款卡已停止，不会付款到这张卡，所有登录都已退出。请重新登录，在“我的—银行卡”里核对。',
  ),
  told(
    'card_refused',
    '收款卡没有核对上',
    '尾号{tail}的卡不是您本人名下的，或不能收款，不会付款到这张卡。请在“我的—银行卡”里换一张，或到就近的工会服务站。',
  ),
  told(
    'identity_mismatch',
    '实名信息没有核对上',
    '您登记的姓名、证件号码与手机号没有核对上，可能手机号不是本人实名。不影响办事，请带证件到就近的工会服务站核对。',
  ),
];

/** Sent at once and never kept: a code is worth nothing after five minutes. */
export const codeMessages: Readonly<Record<string, string>> = {
  login_code: '验证码{code}，5分钟内有效。工作人员不会索要验证码，请勿告诉他人。',
  step_up_code: '验证码{code}，用于{purpose}，5分钟内有效。不是您本人操作的，请勿告诉任何人。',
  phone_code: '验证码{code}，用于把这个号码登记为您的手机号，5分钟内有效。不是您本人操作的，请勿告诉任何人。',
  phone_window_code:
    '{office}正在把这个号码登记为您的手机号。是您本人要办的，请把验证码{code}告诉窗口；不是，请勿告诉任何人。',
  consent_code:
    '{agent}请求替您办理{services}，到{until}为止。同意的，请把验证码{code}告诉对方；不同意，请勿告诉任何人。',
  window_register_code:
    '{office}正在用这个手机号为{name}登记。是您本人的，请把验证码{code}告诉窗口；不是，请勿告诉任何人。',
  assist_code: '{office}正在替您办理{services}。是您本人要办的，请把验证码{code}告诉窗口；不是，请勿告诉任何人。',
};

export const personNotices: Readonly<Record<string, PersonNotice>> = Object.fromEntries(
  list.map((one) => [one.code, one]),
);

/** Every text of these that a provider of SMS must have approved. */
export const personSms: readonly { readonly code: string; readonly text: string }[] = [
  ...list.filter((one) => one.sms),
  ...Object.entries(codeMessages).map(([code, text]) => ({ code, text })),
];
