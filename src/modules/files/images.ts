// A picture is decoded and encoded anew before anybody sees it. Only bytes that a scanner has passed come here.

import sharp from 'sharp';
import { Refusal } from '#platform/errors';
import { refuse } from './contract.ts';

// The cameras of today's phones have 50 million points. Interlaced, a picture is held whole in memory while it is decoded.
const megapixelsMax = 51;
const megapixelsInterlacedMax = 25;

/** Decoded and encoded anew: what was hidden behind the picture does not survive, and neither does a picture that is not one. */
export async function reencode(bytes: Buffer): Promise<{ bytes: Buffer; mediaType: string }> {
  try {
    // Reads the header only, so that size is refused before anything is decoded.
    const { width, height, isProgressive } = await sharp(bytes, { limitInputPixels: false }).metadata();
    const megapixels = isProgressive ? megapixelsInterlacedMax : megapixelsMax;
    if (width * height > megapixels * 1_000_000) throw refuse('files.too_many_pixels', { megapixels });
    const image = sharp(bytes, { limitInputPixels: megapixelsMax * 1_000_000, failOn: 'error' }).rotate();
    const resized = image.resize({ width: 2400, height: 2400, fit: 'inside', withoutEnlargement: true });
    return { bytes: await resized.jpeg({ quality: 85 }).toBuffer(), mediaType: 'image/jpeg' };
  } catch (error) {
    throw error instanceof Refusal ? error : refuse('files.broken_image');
  }
}
