// SPDX-License-Identifier: MIT
//
// gh_secrets.js MODULES FILE NAME: the value that gh stores as the secret NAME from an env file. gh
// encrypts it for a key of GitHub; this one is GitHub, as gh's proxy, and opens it.

const http = require("http");
const { spawn } = require("child_process");

const [modules, file, name] = process.argv.slice(2);
const sodium = require(modules + "/libsodium-wrappers");

sodium.ready.then(() => {
    const pair = sodium.crypto_box_keypair();
    const key = Buffer.from(pair.publicKey).toString("base64");
    const github = http.createServer((request, response) => {
        const body = [];
        request.on("data", (part) => body.push(part)).on("end", () => {
            response.setHeader("Content-Type", "application/json");
            if (request.method === "GET") return response.end(JSON.stringify({ key_id: "1", key }));
            if (request.url.endsWith("/" + name)) {
                const sealed = Buffer.from(JSON.parse(Buffer.concat(body)).encrypted_value, "base64");
                const open = sodium.crypto_box_seal_open(sealed, pair.publicKey, pair.privateKey);
                process.stdout.write(Buffer.from(open));
            }
            response.writeHead(201).end("{}");
        });
    });
    github.listen(0, "127.0.0.1", () => {
        const env = {
            ...process.env, GH_HOST: "github.localhost", GH_ENTERPRISE_TOKEN: "x", GH_TOKEN: "x",
            HTTP_PROXY: `http://127.0.0.1:${github.address().port}`,
        };
        spawn("gh", ["secret", "set", "-f", file, "-R", "github.localhost/o/r"], {
            env, stdio: ["ignore", "ignore", "inherit"],
        }).on("close", () => github.close().closeAllConnections());
    });
});
