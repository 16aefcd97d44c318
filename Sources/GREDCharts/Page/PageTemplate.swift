import Mustache

/// The page's skeleton. All names in it are properties of ``PageView`` and of what it holds; they
/// stand in triple braces because a ``Markup`` is escaped already.
enum PageTemplate {
    // The text is part of the program: that it parses is an invariant, which the tests hold.
    static let template = try! MustacheTemplate(string: text)

    private static let text = #"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
        <title>{{{pageTitle}}}</title>
        <style>
        {{{style}}}
        </style>
        </head>
        <body>
        <header>
        <h1>{{{pageTitle}}}</h1>
        {{#subtitle}}
        <p class="subtitle">{{{.}}}</p>
        {{/subtitle}}
        </header>
        <main>
        {{#hasCards}}
        <div class="cards">
        {{#cards}}
        <div class="card {{{tint}}}">
        <div class="label">{{{label}}}</div>
        <div class="value">{{{value}}}</div>
        {{#cardNote}}
        <div class="note">{{{.}}}</div>
        {{/cardNote}}
        </div>
        {{/cards}}
        </div>
        {{/hasCards}}
        {{#hasContents}}
        <nav aria-label="Contents">
        {{#sections}}
        <a href="#section-{{{number}}}">{{{sectionTitle}}}</a>
        {{/sections}}
        </nav>
        {{/hasContents}}
        {{#sections}}
        <section id="section-{{{number}}}">
        <h2>{{{sectionTitle}}}</h2>
        {{#blocks}}
        {{#paragraphs}}
        <p>{{{.}}}</p>
        {{/paragraphs}}
        {{#table}}
        <figure class="table">
        {{#tableTitle}}
        <div class="table-title">{{{.}}}</div>
        {{/tableTitle}}
        <div class="scroll" tabindex="0">
        <table>
        <thead><tr>{{#headings}}<th scope="col" class="{{{alignment}}}">{{{headingText}}}</th>{{/headings}}</tr></thead>
        <tbody>
        {{#tableRows}}
        <tr>{{#cells}}{{#isHeading}}<th scope="row" class="{{{classes}}}">{{{cellText}}}</th>{{/isHeading}}{{^isHeading}}<td class="{{{classes}}}">{{{cellText}}}</td>{{/isHeading}}{{/cells}}</tr>
        {{/tableRows}}
        </tbody>
        </table>
        </div>
        {{#tableNote}}
        <figcaption>{{{.}}}</figcaption>
        {{/tableNote}}
        </figure>
        {{/table}}
        {{#chart}}
        <figure class="chart">
        <div class="scroll" tabindex="0">
        {{{svg}}}
        </div>
        {{#chartCaption}}
        <figcaption>{{{.}}}</figcaption>
        {{/chartCaption}}
        </figure>
        {{/chart}}
        {{#gallery}}
        <figure class="gallery">
        <div class="scroll" tabindex="0">
        <table class="{{{rendering}}}">
        {{#hasTitles}}
        <thead><tr>{{#titles}}<th scope="col">{{{.}}}</th>{{/titles}}</tr></thead>
        {{/hasTitles}}
        {{#galleryRows}}
        <tbody>
        <tr><th class="example" scope="rowgroup" colspan="{{{span}}}"><span>{{{heading}}}</span></th></tr>
        {{#hasCaptions}}
        <tr class="captions">{{#items}}<td>{{{imageCaption}}}</td>{{/items}}</tr>
        {{/hasCaptions}}
        <tr>
        {{#items}}
        <td>{{#image}}<img src="data:image/png;base64,{{{base64}}}" alt="{{{alternative}}}" width="{{{size}}}" height="{{{size}}}">{{/image}}</td>
        {{/items}}
        </tr>
        {{#hasVerdicts}}
        <tr>{{#items}}<td>{{#verdict}}<span class="verdict {{{verdictTint}}}">{{{.}}}</span>{{/verdict}}</td>{{/items}}</tr>
        {{/hasVerdicts}}
        </tbody>
        {{/galleryRows}}
        </table>
        </div>
        {{#galleryCaption}}
        <figcaption>{{{.}}}</figcaption>
        {{/galleryCaption}}
        </figure>
        {{/gallery}}
        {{#details}}
        <details>
        <summary>{{{summary}}}</summary>
        <pre>{{{preformatted}}}</pre>
        </details>
        {{/details}}
        {{/blocks}}
        </section>
        {{/sections}}
        </main>
        {{#footer}}
        <footer>{{{.}}}</footer>
        {{/footer}}
        </body>
        </html>

        """#
}
