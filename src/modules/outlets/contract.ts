// How a service point may be refused, and what everybody may see of one. Runs in a browser: no I/O.

import { z } from 'zod';
import { declareRefusals } from '#platform/errors';

export const refuse = declareRefusals({
  'outlets.insurer_only': {
    status: 403,
    zh: '服务网点由签约的承保公司备案，您的单位不是。',
    next: '请用保险公司结算专员的账号，从“发起办件”备案。',
  },
  'outlets.too_far': {
    status: 422,
    zh: '现场位置与备案坐标相距 {metres} 米，超过 500 米，不能通过。',
    next: '请到网点门口重新定位；备案坐标有误的，退回保险公司补正。',
  },
  'outlets.not_good': {
    status: 422,
    zh: '按考核表得 {points} 分，没有达到良好。',
    next: '请选择“限期整改”，或核对填写的数据。',
  },
  'outlets.not_poor': {
    status: 422,
    zh: '按考核表得 {points} 分，已达到良好。',
    next: '请选择“考核良好”，或核对填写的数据。',
  },
});

export const servicePointView = z.object({
  pointId: z.string().describe('网点编号'),
  name: z.string().describe('网点名称'),
  insurer: z.string().describe('保险公司'),
  region: z.string().describe('行政区划代码'),
  regionZh: z.string().describe('地区'),
  place: z.string().describe('地点'),
  longitude: z.number().nullable().describe('经度（GCJ-02）'),
  latitude: z.number().nullable().describe('纬度（GCJ-02）'),
  openHours: z.string().describe('服务时间'),
  hotline: z.string().describe('服务专线'),
  items: z.array(z.string()).describe('服务事项'),
  metres: z.number().int().nullable().describe('距离，没有位置时为空'),
});
export type ServicePointView = z.infer<typeof servicePointView>;

export const servicePointQuery = z.object({
  region: z
    .string()
    .regex(/^\d{6}$/, '行政区划代码应为 6 位数字。')
    .optional()
    .describe('只看这个区（县）'),
  lat: z.coerce.number().min(3).max(54).optional().describe('所在位置的纬度'),
  lng: z.coerce.number().min(73).max(136).optional().describe('所在位置的经度'),
});
