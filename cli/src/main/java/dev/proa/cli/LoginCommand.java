package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import dev.proa.cli.ldap.LoginClient;
import dev.proa.cli.ldap.SavedLogins;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa login}: gets a token for a name and a password, and gives it to kubectl as a credential plugin. */
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        description = {
            "Log in where \"proa ldap-webhook\" runs.",
            "",
            "With --exec it is a credential plugin of kubectl, by",
            "client.authentication.k8s.io/v1: it prints the token that the last login",
            "brought, and asks for the password when there is none any more and kubectl",
            "lets it."
        })
final class LoginCommand implements Callable<Integer> {
    private static final String EXEC = "client.authentication.k8s.io/v1";
    private static final int LONGEST_PASSWORD = 4_096;

    @Option(names = "--url", required = true, paramLabel = "URL", description = "Of the webhook, as https://HOST:8443.")
    private URI url;

    @Option(
            names = "--certificate-authority",
            paramLabel = "FILE",
            description = "Certificates that the webhook's is signed by (default: those that Java trusts).")
    private @Nullable Path authority;

    @Option(names = "--username", paramLabel = "NAME", description = "In the directory (default: $USER).")
    private @Nullable String username;

    @Option(names = "--password-stdin", description = "Read the password from standard input.")
    private boolean passwordStdin;

    @Option(names = "--exec", description = "Print an ExecCredential for kubectl.")
    private boolean exec;

    @Option(names = "--forget", description = "Delete the token of the last login.")
    private boolean forget;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Map<String, String> environment = System.getenv();
        String name = username == null ? environment.getOrDefault("USER", "") : username;
        if (name.isEmpty()) {
            throw new Failure(Exit.USAGE, "who logs in? Say it by --username NAME");
        }
        SavedLogins saved = new SavedLogins(Home.of(environment).directory().resolve("logins"));
        if (forget) {
            saved.forget(url, name);
            return Exit.OK;
        }
        if (exec) {
            print(credential(environment, saved, name));
            return Exit.OK;
        }
        LoginClient.Login login = login(saved, name);
        print("Logged in as " + login.user() + " until " + Times.format(login.expires()));
        return Exit.OK;
    }

    private void print(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    private String credential(Map<String, String> environment, SavedLogins saved, String name)
            throws IOException, InterruptedException {
        MapValue asked = MapValue.EMPTY;
        String info = environment.getOrDefault("KUBERNETES_EXEC_INFO", "");
        if (!info.isEmpty()) {
            asked = Json.decodeMap(info.getBytes(StandardCharsets.UTF_8));
            if (!asked.string("apiVersion").equals(EXEC)) {
                throw new Failure(
                        Exit.FAILED, "the kubeconfig must ask for " + EXEC + ", not for " + asked.string("apiVersion"));
            }
        }
        Instant now = Clock.systemUTC().instant();
        LoginClient.Login login = saved.find(url, name, now);
        if (login == null) {
            if (!asked.map("spec").bool("interactive") && !passwordStdin) {
                throw new Failure(
                        Exit.FAILED,
                        "not logged in: run proa login --url " + url
                                + (authority == null ? "" : " --certificate-authority " + authority) + " --username "
                                + name);
            }
            login = login(saved, name);
        }
        return Json.toString(MapValue.of(
                "apiVersion",
                EXEC,
                "kind",
                "ExecCredential",
                "status",
                MapValue.of("expirationTimestamp", Times.format(login.expires()), "token", login.token())));
    }

    private LoginClient.Login login(SavedLogins saved, String name) throws IOException, InterruptedException {
        String password = password(name);
        String trusted = authority == null ? null : Files.readString(authority);
        LoginClient.Login login;
        try {
            login = LoginClient.login(url, trusted, name, password);
        } catch (LoginClient.RefusedException e) {
            throw new Failure(Exit.FAILED, String.valueOf(e.getMessage()));
        }
        saved.save(url, name, login);
        return login;
    }

    private String password(String name) throws IOException, InterruptedException {
        String password = passwordStdin ? line(System.in) : PasswordPrompt.ask("Password of " + name + ": ");
        if (password == null || password.isEmpty() || password.length() > LONGEST_PASSWORD) {
            throw new Failure(Exit.FAILED, "there is no password");
        }
        return password;
    }

    private static @Nullable String line(java.io.InputStream in) throws IOException {
        return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).readLine();
    }
}
