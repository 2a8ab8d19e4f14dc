// Withholding at the payment party over API v3: pre-sign, query and end a contract, debit under it, ask what became of a debit.
// It shares the signed wire of the orders and never retries by itself. Which template (plan) is used is agreed with the party: it
// must be one that allows several debits; a template with a scheduled debit ends its contract after the first.
import { OutcomeUnknown, partyText, readJson, Refused } from '#adapters/party';
import { z } from 'zod';
import type { PaymentClientConfig, Wire } from './client.ts';
import type { WithholdingPort } from './withholding-port.ts';

const PARTY = 'payment';

const preSignSchema = z.object({ pre_entrustweb_id: partyText, redirect_url: z.url() });
const contractSchema = z.object({
  mchid: partyText,
  out_contract_code: partyText,
  contract_id: partyText.optional(),
  contract_state: z.string(),
});
const acceptedSchema = z.object({ out_trade_no: partyText });
const debitSchema = z.object({
  mchid: partyText,
  out_trade_no: partyText,
  trade_state: z.enum(['SUCCESS', 'REFUND', 'NOTPAY', 'ACCEPT', 'USERPAYING', 'CLOSED', 'REVOKED', 'PAYERROR']),
  trade_state_desc: z.string().optional(),
  transaction_id: partyText.optional(),
  success_time: z.iso.datetime({ offset: true }).optional(),
  amount: z.object({ total: z.int().optional() }).optional(),
});

const MISSING = new Set(['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'RESOURCE_NOT_EXISTS', 'CONTRACT_NOT_EXIST']);
/** Says "later", not "no": nothing was decided about the debit. */
const LATER = new Set(['FREQUENCY_LIMITED', 'FREQUENCY_LIMIT_EXCEED', 'RATELIMIT_EXCEEDED']);

function isMissing(error: unknown): boolean {
  return error instanceof Refused && MISSING.has(error.code);
}

/** What the party asks about the payer's device, of which a server knows nothing and says so. */
const noDevice = {
  device_type: 'DEVICE_TYPE_UNKNOW',
  device_os: 'unknown',
  device_id: 'unknown',
  device_running_as_root: false,
  weixin_installed: true,
  weixin_version: 'unknown',
  days_since_first_login: 'DAYS_SINCE_FIRST_LOGIN_UNKNOW',
};

export function createWithholding(config: PaymentClientConfig, planId: number, wire: Wire): WithholdingPort {
  const contractPath = (code: string): string =>
    `/v3/papay/sign/contracts/plan-id/${planId}/out-contract-code/${encodeURIComponent(code)}`;

  return {
    async preSign({ contractCode, displayName, payerRef, returnUrl }) {
      const body = await wire.exchange('preSign', 'POST', '/v3/papay/entrust-sign/contracts/pre-entrust-sign', {
        sign_scene: 'SIGN_SCENE_QRCODE',
        appid: config.appId,
        plan_id: planId,
        out_contract_code: contractCode,
        contract_display_account: displayName,
        contract_notify_url: config.notifyUrl,
        out_user_code: payerRef,
        ...(returnUrl === undefined ? {} : { return_url: returnUrl }),
        device_info: { ...noDevice, device_ip: '127.0.0.1' },
      });
      return { signUrl: readJson(PARTY, 'preSign', body, preSignSchema).redirect_url };
    },
    async contract(contractCode) {
      let body: Buffer;
      try {
        body = await wire.exchange('contract', 'GET', contractPath(contractCode));
      } catch (error) {
        if (isMissing(error)) return { state: 'unsigned' };
        throw error;
      }
      const found = readJson(PARTY, 'contract', body, contractSchema);
      if (found.out_contract_code !== contractCode || found.mchid !== config.merchantId)
        throw new OutcomeUnknown(PARTY, 'contract', 'garbled');
      const { contract_state: said, contract_id: contractId } = found;
      const named = contractId === undefined ? {} : { contractId };
      if (/TERMINAT|EXPIRED/.test(said)) return { state: 'terminated', ...named };
      // A contract that cannot be named cannot be debited.
      if (/SIGNED|NORMAL/.test(said) && contractId !== undefined) return { state: 'signed', contractId };
      return { state: 'unsigned', ...named };
    },
    async terminate(contractCode, remark) {
      try {
        await wire.exchange('terminate', 'POST', `${contractPath(contractCode)}/terminate`, {
          contract_termination_remark: remark,
        });
      } catch (error) {
        if (isMissing(error) || (error instanceof Refused && /TERMINAT/.test(error.code))) return;
        throw error;
      }
    },
    async debit({ orderNo, contractId, amountFen, description }) {
      try {
        const body = await wire.exchange('debit', 'POST', '/v3/papay/pay/transactions/apply', {
          appid: config.appId,
          out_trade_no: orderNo,
          description,
          transaction_notify_url: config.notifyUrl,
          contract_id: contractId,
          amount: { total: amountFen, currency: 'CNY' },
        });
        const { out_trade_no: accepted } = readJson(PARTY, 'debit', body, acceptedSchema);
        if (accepted !== orderNo) throw new OutcomeUnknown(PARTY, 'debit', 'garbled');
      } catch (error) {
        if (error instanceof Refused && (error.status === 429 || LATER.has(error.code)))
          throw new OutcomeUnknown(PARTY, 'debit', 'server_error', { cause: error });
        throw error;
      }
    },
    async queryDebit(orderNo) {
      const target = `/v3/pay/transactions/out-trade-no/${encodeURIComponent(orderNo)}?mchid=${config.merchantId}`;
      let body: Buffer;
      try {
        body = await wire.exchange('queryDebit', 'GET', target);
      } catch (error) {
        if (isMissing(error)) return { state: 'not_found' };
        throw error;
      }
      const found = readJson(PARTY, 'queryDebit', body, debitSchema);
      if (found.out_trade_no !== orderNo || found.mchid !== config.merchantId)
        throw new OutcomeUnknown(PARTY, 'queryDebit', 'garbled');
      if (found.trade_state === 'SUCCESS' || found.trade_state === 'REFUND') {
        const amountFen = found.amount?.total;
        if (found.transaction_id === undefined || found.success_time === undefined || amountFen === undefined)
          throw new OutcomeUnknown(PARTY, 'queryDebit', 'garbled');
        const paidAt = new Date(found.success_time);
        return { state: 'paid', amountFen, transactionId: found.transaction_id, paidAt };
      }
      if (['CLOSED', 'REVOKED', 'PAYERROR'].includes(found.trade_state))
        return { state: 'failed', reason: found.trade_state_desc ?? found.trade_state };
      return { state: 'waiting' };
    },
  };
}
