// The door of notices: telling in a transaction, sending outside of it, reading.

export { createNotices, type NoticeContext, type Notices, type NoticesOptions } from './actions.ts';
export { smsRoutes } from './http.ts';
export { type Sent, type SmsReceipt, type SmsSender } from './sending.ts';
