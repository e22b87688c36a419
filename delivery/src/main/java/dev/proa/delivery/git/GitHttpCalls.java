package dev.proa.delivery.git;

import dev.proa.delivery.git.GitService.Command;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jgit.errors.PackProtocolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers git's requests by HTTP: finds out who asks for what, and has it done. */
final class GitHttpCalls {
    private static final Logger LOG = LoggerFactory.getLogger(GitHttpServer.class);
    private static final Pattern REFS = Pattern.compile("(/[^/]+/[^/]+)/info/refs");
    private static final Pattern PACK = Pattern.compile("(/[^/]+/[^/]+)/(git-(?:upload|receive)-pack)");

    private final GitService service;

    GitHttpCalls(GitService service) {
        this.service = service;
    }

    void answer(GitHttpCall call) {
        try {
            try {
                call.set("X-Content-Type-Options", "nosniff");
                serve(call);
            } catch (GitFailure e) {
                refuse(call, e);
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", call.method(), call.path(), e);
                refuse(call, new GitFailure(500, "the server failed; its log says why"));
            }
        } catch (IOException e) {
            LOG.debug("{} {} was not answered to its end", call.method(), call.path(), e);
            call.cut();
        }
    }

    private static void refuse(GitHttpCall call, GitFailure failure) throws IOException {
        if (call.isBegun()) {
            call.cut();
            return;
        }
        if (failure.status() == 401) {
            call.set("WWW-Authenticate", "Basic realm=\"proa\"");
        }
        call.text(failure.status(), failure.text());
    }

    private void serve(GitHttpCall call) throws GitFailure, IOException {
        if (!call.header("Origin").isEmpty()) {
            throw new GitFailure(403, "repositories are not for web pages");
        }
        GitUser user = user(call);
        Matcher refs = REFS.matcher(call.path());
        Matcher pack = PACK.matcher(call.path());
        if (refs.matches() && call.method().equals("GET")) {
            Command command = Command.of(call.query("service"))
                    .orElseThrow(() -> new GitFailure(403, "git's smart protocol is needed: update your git"));
            OutputStream out = call.answer("application/x-" + command.program() + "-advertisement");
            service.advertise(user, name(refs.group(1)), command, call.header("Git-Protocol"), out);
            out.close();
        } else if (pack.matches() && call.method().equals("POST")) {
            exchange(call, user, name(pack.group(1)), Command.of(pack.group(2)).orElseThrow());
        } else {
            throw new GitFailure(404, "repositories are at /NAMESPACE/NAME.git, for git only");
        }
    }

    private void exchange(GitHttpCall call, GitUser user, RepositoryName name, Command command)
            throws GitFailure, IOException {
        if (!call.header("Content-Type").equals("application/x-" + command.program() + "-request")) {
            throw new GitFailure(415, "the request is not one of git's");
        }
        OutputStream out = call.answer("application/x-" + command.program() + "-result");
        try {
            service.serve(user, name, command, false, call.header("Git-Protocol"), call.body(), out);
        } catch (PackProtocolException e) {
            if (!call.isBegun()) {
                throw new GitFailure(400, "git's protocol was not followed: " + e.getMessage());
            }
            throw e;
        }
        out.close();
    }

    private static RepositoryName name(String path) throws GitFailure {
        return RepositoryName.ofPath(path)
                .orElseThrow(() -> new GitFailure(404, "repositories are at /NAMESPACE/NAME.git, not " + path));
    }

    private GitUser user(GitHttpCall call) throws GitFailure {
        String authorization = call.header("Authorization");
        Optional<X509Certificate> certificate = call.certificate();
        Optional<GitUser> user = authorization.isEmpty()
                ? certificate.flatMap(service.access()::byCertificate)
                : service.access().byToken(token(authorization));
        if (user.isEmpty()) {
            call.connection().refuse();
            throw new GitFailure(
                    401, "log in with a token of the cluster as password, or with a client certificate of the cluster");
        }
        if (!call.connection().known(user.get().name())) {
            throw new GitFailure(429, user.get().name() + " has too many connections");
        }
        return user.get();
    }

    /** The token of the Bearer scheme, or the password of the Basic scheme, whatever the user's name; empty for one that is malformed. */
    static String token(String authorization) {
        String[] parts = authorization.strip().split(" +", 2);
        if (parts.length == 2 && parts[0].equalsIgnoreCase("Bearer")) {
            return parts[1];
        }
        if (parts.length != 2 || !parts[0].equalsIgnoreCase("Basic")) {
            return "";
        }
        try {
            String pair = new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8);
            return pair.substring(pair.indexOf(':') + 1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
