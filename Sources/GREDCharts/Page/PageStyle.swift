/// The page's style sheet. Its colours match the charts' (``ChartStyle``).
enum PageStyle {
    static let css = """
        :root {
          color-scheme: light dark;
          --ground: #f6f7f8; --paper: #fff; --ink: #1b2026; --soft: #5b6570; --rule: #e4e7eb;
          --accent: #0b4d82;
          --good: #0a6b3d; --good-wash: #dff3e7; --poor: #9f1d1d; --poor-wash: #fde2e2;
          --fair: #7a5200; --fair-wash: #fdf1cf;
        }
        @media screen and (prefers-color-scheme: dark) {
          :root {
            --ground: #111418; --paper: #181c21; --ink: #e7eaee; --soft: #a3adb8; --rule: #2e343b;
            --accent: #8ab4e8;
            --good: #6fdca4; --good-wash: #14352a; --poor: #ff9d9d; --poor-wash: #451d1d;
            --fair: #f0c75e; --fair-wash: #3a2f12;
          }
        }
        * { box-sizing: border-box; }
        body {
          margin: 0 auto; padding: 56px 32px 72px; max-width: 1080px;
          background: var(--ground); color: var(--ink);
          font: 16px/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial,
            sans-serif;
          -webkit-text-size-adjust: 100%; overflow-wrap: break-word;
        }
        h1 { margin: 0; font-size: 32px; line-height: 1.2; letter-spacing: -0.015em; }
        h2 { margin: 0 0 16px; font-size: 21px; line-height: 1.3; letter-spacing: -0.01em; }
        p { margin: 0 0 16px; max-width: 72ch; white-space: pre-line; }
        a { color: var(--accent); text-decoration: none; }
        a:hover { text-decoration: underline; }
        .subtitle { margin: 8px 0 0; color: var(--soft); font-size: 17px; }
        .cards {
          display: grid; gap: 16px; margin-top: 32px;
          grid-template-columns: repeat(auto-fit, minmax(180px, 1fr));
        }
        .card {
          padding: 16px 20px; background: var(--paper); border: 1px solid var(--rule);
          border-radius: 8px;
          /* Labels, values and notes of neighbours share lines, whichever label wraps. */
          display: grid; grid-row: span 3; grid-template-rows: subgrid; row-gap: 0;
        }
        .card .label { color: var(--soft); font-size: 13px; line-height: 1.4; }
        .card .value {
          margin: 4px 0 2px; font-size: 28px; font-weight: 600; line-height: 1.25;
          font-variant-numeric: tabular-nums; letter-spacing: -0.01em;
        }
        .card .note { color: var(--soft); font-size: 13px; line-height: 1.4; }
        .card.good .value { color: var(--good); }
        .card.fair .value { color: var(--fair); }
        .card.poor .value { color: var(--poor); }
        nav { display: flex; flex-wrap: wrap; gap: 4px 24px; margin-top: 28px; font-size: 14px; }
        section { margin-top: 56px; }
        figure { margin: 24px 0 32px; }
        figcaption {
          margin-top: 10px; max-width: 84ch; color: var(--soft); font-size: 14px; line-height: 1.5;
        }
        .scroll {
          overflow-x: auto; background: var(--paper); border: 1px solid var(--rule);
          border-radius: 8px;
        }
        .chart svg { display: block; width: 100%; min-width: 620px; max-width: 860px;
          height: auto; margin: 0 auto; }
        .table-title { margin-bottom: 8px; font-size: 15px; font-weight: 600; }
        .table table {
          width: 100%; border-collapse: collapse; font-size: 14px; line-height: 1.4;
          font-variant-numeric: tabular-nums;
        }
        .table th, .table td {
          padding: 10px 14px; text-align: left; white-space: nowrap;
          border-bottom: 1px solid var(--rule);
        }
        .table thead th { color: var(--soft); font-weight: 500; vertical-align: bottom; }
        .table tbody th { font-weight: 600; }
        .table tbody tr:last-child > * { border-bottom: 0; }
        .table th:first-child { position: sticky; left: 0; background: var(--paper); }
        .table .right { text-align: right; }
        .table .middle { text-align: center; }
        .table tbody .good { background: var(--good-wash); color: var(--good); }
        .table tbody .fair { background: var(--fair-wash); color: var(--fair); }
        .table tbody .poor { background: var(--poor-wash); color: var(--poor); }
        .gallery .scroll { padding: 8px 16px 16px; }
        .gallery table { border-collapse: collapse; width: 100%; font-size: 13px;
          line-height: 1.4; }
        .gallery thead th {
          padding: 8px; color: var(--soft); font-weight: 500; text-align: center;
          vertical-align: bottom;
        }
        .gallery .example { padding: 18px 8px 4px; font-size: 14px; text-align: left; }
        .gallery .example span { position: sticky; left: 8px; }
        .gallery tbody + tbody .example { border-top: 1px solid var(--rule); }
        .gallery td { padding: 4px 8px; text-align: center; vertical-align: top; }
        .gallery .captions td { vertical-align: bottom; }
        .gallery tbody tr:last-child td { padding-bottom: 16px; }
        .gallery img {
          display: block; margin: 0 auto; border-radius: 3px; outline: 1px solid var(--rule);
        }
        .pixelated img { image-rendering: pixelated; }
        .verdict {
          display: inline-block; padding: 1px 8px; border-radius: 999px; color: var(--soft);
          font-size: 12px; white-space: nowrap;
        }
        .verdict.good { background: var(--good-wash); color: var(--good); }
        .verdict.poor { background: var(--poor-wash); color: var(--poor); }
        details {
          margin: 16px 0; background: var(--paper); border: 1px solid var(--rule);
          border-radius: 8px;
        }
        summary { padding: 12px 18px; cursor: pointer; font-size: 14px; font-weight: 500; }
        pre {
          margin: 0; padding: 4px 18px 16px; overflow-x: auto; font-size: 13px; line-height: 1.5;
          font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace;
        }
        footer {
          margin-top: 64px; padding-top: 16px; border-top: 1px solid var(--rule);
          color: var(--soft); font-size: 13px;
        }
        @media (max-width: 600px) {
          body { padding: 32px 16px 48px; }
          h1 { font-size: 26px; }
          .cards { grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; }
          .card { padding: 12px 14px; }
          .card .value { font-size: 23px; }
          section { margin-top: 40px; }
        }
        @media print {
          body { max-width: none; padding: 0; font-size: 11pt; background: #fff; }
          .scroll { overflow: visible; }
          .chart svg { min-width: 0; }
          .table table { font-size: 9pt; }
          .table th, .table td { padding: 6px 8px; }
          .gallery img { width: 84px; height: 84px; }
          .card, figure, .gallery tbody, tr { break-inside: avoid; }
          h2 { break-after: avoid; }
          nav { display: none; }
          /* Paper can't be unfolded. */
          details::details-content { content-visibility: visible; block-size: auto; }
          .card, .verdict, .table td {
            print-color-adjust: exact; -webkit-print-color-adjust: exact;
          }
        }
        """
}
