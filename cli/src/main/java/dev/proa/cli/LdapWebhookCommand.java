package dev.proa.cli;

import dev.proa.cli.ldap.Directory;
import dev.proa.cli.ldap.LdapSettings;
import dev.proa.cli.ldap.LdapWebhook;
import dev.proa.cli.ldap.LoginTokens;
import dev.proa.cli.ldap.SettingsReader;
import dev.proa.client.http.Connection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code proa ldap-webhook}: lets users of an LDAP directory log in to clusters, until SIGTERM or SIGINT. */
@Command(
        name = "ldap-webhook",
        mixinStandardHelpOptions = true,
        description = {
            "Let the users of an LDAP directory log in to clusters.",
            "",
            "Answers \"proa login\" with tokens, and API servers whose tokens they are.",
            "API servers are told of it by --authentication-token-webhook-config-file."
        })
final class LdapWebhookCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "Where to listen and which directory to ask; docs/ldap.md explains the fields.")
    private Path config;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        LdapSettings settings = SettingsReader.read(config);
        LdapSettings.Listener listener = settings.listener();
        SSLContext tls = new Connection(
                        URI.create("https://" + listener.host()),
                        null,
                        false,
                        Files.readString(listener.certificate()),
                        Files.readString(listener.key()),
                        null)
                .tls();
        LoginTokens tokens = LoginTokens.open(settings.tokens(), Clock.systemUTC());
        CountDownLatch ending = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (Directory directory = new Directory(settings);
                LdapWebhook webhook = new LdapWebhook(listener, tls, directory, tokens, Clock.systemUTC())) {
            Shutdown.await("the webhook", "nothing is lost", ended, ending::countDown);
            spec.commandLine().getOut().println("Listening on https://" + listener.host() + ":" + webhook.port());
            spec.commandLine().getOut().flush();
            ending.await();
        } finally {
            ended.countDown();
        }
        return Exit.OK;
    }
}
