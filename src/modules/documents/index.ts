// The door of documents: issuing in a transaction, reading, printing.

export { createDocuments, type DocumentContext, type Documents, type DocumentsOptions } from './actions.ts';
export { render, type Printed } from './page.ts';
export { renderPdf } from './pdf.ts';
