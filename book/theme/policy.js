// The language of `policy` blocks for the highlighter that mdBook brings along, which has read the page before this file is read.
(() => {
    "use strict";

    hljs.registerLanguage("policy", (hljs) => ({
        name: "policy",
        keywords: {
            $pattern: /[A-Za-z_][\w.:/@+-]*/,
            keyword:
                "all always and any as assign at attribute because bypass by can cannot category contains context default deny disabled " +
                "except exclusive for from grant group has in includes inherits limit matrix never not on only or path policy principal " +
                "privilege requires resolve resource role roles service test to together unlisted until user when with",
            literal: "true false",
            built_in: "anyone authenticated anonymous bool int string timestamp ip",
        },
        // None begins in the middle of a name.
        contains: [
            hljs.HASH_COMMENT_MODE,
            { className: "meta", begin: /@allow\b/ },
            // `context.mfa`
            { className: "variable", begin: /(?<![\w.:/@+-])(?:principal|resource|context)\.[\w-]+/ },
            // `user:ann`, `folder:finance/invoices`, `group:"Power Users"`
            { className: "title", begin: /(?<![\w.:/@+-])[A-Za-z_][\w/@+-]*:(?:"[^"\n]*"|[\w.:/@+*-]+)/ },
            { className: "string", begin: /"/, end: /"/, illegal: /\n/, contains: [hljs.BACKSLASH_ESCAPE] },
            // `12`, `2027-01-01`, `10.0.0.0/8`
            { className: "number", begin: /(?<![\w.:/@+-])-?[0-9][\w:.+/-]*/ },
        ],
    }));

    document.querySelectorAll("code.language-policy").forEach((block) => hljs.highlightBlock(block));
})();
