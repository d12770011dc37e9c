// @ts-check
// exceljs' own stream writer, the peer of the report bench: the same rows with the same styles, output awaited.
'use strict';
const { createWriteStream } = require('node:fs');
const { once } = require('node:events');
const { stream } = require('exceljs');
const { userRows } = require('../report-rows.js');

const dated = new Set([9, 12, 13, 14, 15, 16, 17, 23]);
const line = { bottom: { style: /** @type {const} */ ('thin'), color: { argb: 'FFD5DAE3' } } };

/**
 * Prepares a workbook of `count` rows.
 * @param {number} count
 * @param {string} file
 */
function prepare(count, file) {
  return async () => {
    const output = createWriteStream(file);
    const book = new stream.xlsx.WorkbookWriter({ stream: output, useStyles: true, useSharedStrings: false });
    const sheet = book.addWorksheet('Users', { views: [{ state: 'frozen', ySplit: 1 }] });
    sheet.columns = Array.from({ length: 24 }, (_, index) => ({
      width: 18,
      style: { border: line, numFmt: dated.has(index) ? 'yyyy-mm-dd hh:mm' : 'General' },
    }));
    for await (const batch of userRows(count)) {
      for (const row of batch) sheet.addRow(row.map(toCell)).commit();
      if (output.writableNeedDrain) await once(output, 'drain');
    }
    sheet.commit();
    await book.commit();
    return [file];
  };
}

/**
 * @param {string | number | boolean | null} cell
 * @param {number} index
 */
function toCell(cell, index) {
  return dated.has(index) && typeof cell === 'string' ? new Date(`${cell.slice(0, 10)}T${cell.slice(11, 23)}Z`) : cell;
}

module.exports = { prepare };
