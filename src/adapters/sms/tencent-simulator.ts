// A text-message provider on loopback that speaks Tencent Cloud's SendSms with TC3 signatures and posts receipts. Same bad habits as
// the other simulator; its approved texts take parameters by place.
import {
  createFaultBox,
  jsonAnswer,
  seededStream,
  startSimServer,
  tc3Objection,
  tc3Refusal,
  type SimAnswer,
  type SimRequest,
  type SimulatorOptions,
} from '#adapters/party';
import { z } from 'zod';
import { openInbox } from './inbox.ts';
import { startReceiptPoster } from './receipt-poster.ts';
import { HONEST_LIE, type SmsLie, type SmsSimulator } from './simulator.ts';

export type TencentSimulatorOptions = SimulatorOptions<SmsLie> & {
  readonly secretId: string;
  readonly secretKey: string;
  readonly appId: string;
  /** By template id: our code for it, and the text with {1}, {2}… */
  readonly templates: Readonly<Record<string, { readonly code: string; readonly text: string }>>;
  readonly receiptUrl?: string;
};

const bodySchema = z.object({
  PhoneNumberSet: z.array(z.string()).length(1),
  SmsSdkAppId: z.string(),
  SignName: z.string(),
  TemplateId: z.string(),
  TemplateParamSet: z.array(z.string()).default([]),
  SessionContext: z.string().default(''),
});
type Body = z.infer<typeof bodySchema>;

function readBody(request: SimRequest): Body | undefined {
  try {
    return bodySchema.parse(JSON.parse(request.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

export async function startTencentSmsSimulator(options: TencentSimulatorOptions): Promise<SmsSimulator> {
  const { now, stateDir } = options;
  const inbox = openInbox(stateDir);
  const box = createFaultBox(HONEST_LIE, options.faults);
  const random = seededStream(options.seed ?? 2);
  const receipts = startReceiptPoster({
    url: options.receiptUrl,
    party: 'sms-tencent',
    stateDir,
    faults: box.get,
    random,
    retryMs: options.callbackRetryMs,
    attempts: options.callbackAttempts,
  });
  let last = 0;

  const sent = (code: string, serial = '', message = ''): SimAnswer =>
    jsonAnswer(200, {
      Response: { SendStatusSet: [{ SerialNo: serial, Code: code, Message: message }], RequestId: 'simulated' },
    });

  function sendSms(body: Body): SimAnswer {
    const phone = /^\+86(1\d{10})$/.exec(body.PhoneNumberSet[0] ?? '')?.[1];
    const template = options.templates[body.TemplateId];
    if (body.SmsSdkAppId !== options.appId)
      return tc3Refusal('UnauthorizedOperation.SmsSdkAppIdVerifyFail', '应用不符');
    if (!phone) return sent('InvalidParameterValue.IncorrectPhoneNumber', '', '号码格式错误');
    if (!template) return sent('FailedOperation.TemplateIncorrectOrUnapproved', '', '模板未审批');
    const wanted = new Set([...template.text.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1])));
    if (wanted.size !== body.TemplateParamSet.length)
      return sent('InvalidParameterValue.TemplateParameterFormatError', '', '参数个数不符');
    const { lie } = box.get();
    if (random() < lie.limitRate) return sent('LimitExceeded.PhoneNumberDailyLimit', '', '超出日限');
    const filled = template.text.replaceAll(
      /\{(\d+)\}/g,
      (_all, at: string) => body.TemplateParamSet[Number(at) - 1] ?? '',
    );
    last += 1;
    const serial = `2640:${now().getTime()}${String(last).padStart(6, '0')}`;
    const lost = random() < lie.loseRate;
    const undelivered = !lost && random() < lie.undeliveredRate;
    const copies = lost || undelivered ? 0 : random() < lie.doubleRate ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1)
      inbox.add({
        providerId: serial,
        phone,
        signName: body.SignName,
        templateCode: template.code,
        params: Object.fromEntries(body.TemplateParamSet.map((value, at) => [String(at + 1), value])),
        bizId: body.SessionContext,
        text: `【${body.SignName}】${filled}`,
        at: now().toISOString(),
      });
    if (!lost)
      receipts.post(serial, {
        user_receive_time: now().toISOString(),
        nationcode: '86',
        mobile: phone,
        report_status: undelivered ? 'FAIL' : 'SUCCESS',
        errmsg: undelivered ? 'MK:0001' : 'DELIVRD',
        sid: serial,
      });
    return sent('Ok', serial, 'send success');
  }

  function handle(request: SimRequest): SimAnswer {
    const refused = tc3Objection({ ...options, service: 'sms' }, request);
    if (refused !== undefined) return refused;
    if (request.headers['x-tc-action'] !== 'SendSms' || request.headers['x-tc-version'] !== '2021-01-11')
      return tc3Refusal('InvalidAction', '接口不存在');
    const body = readBody(request);
    return body ? sendSms(body) : tc3Refusal('InvalidParameter', '参数错误');
  }
  const server = await startSimServer({ port: options.port, faults: box.get, random, handle });

  return {
    url: server.url,
    port: server.port,
    setFaults: box.patch,
    faults: box.get,
    messages: inbox.messages,
    async close() {
      await server.close();
      await receipts.close();
      inbox.close();
    },
  };
}
