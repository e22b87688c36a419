package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.cluster.ClusterCertificates;
import dev.proa.cluster.ClusterCertificates.Certificate;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code proa certs}: shows the certificates of a cluster and when they expire, and renews them. */
@Command(
        name = "certs",
        mixinStandardHelpOptions = true,
        description = {
            "Show the certificates of a cluster and when they expire, or renew them.",
            "",
            "A running server renews what expires within 30 days by itself, and shows renewed certificates within seconds,",
            "without a restart; connections that are open stay. Nodes that joined renew theirs by themselves."
        },
        subcommands = CertsCommand.Renew.class)
final class CertsCommand implements Callable<Integer> {
    /** From then on a certificate is due, as for the server. */
    private static final Duration SOON = Duration.ofDays(30);

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Mixin
    private NameOption name;

    @Mixin
    private OutputOption output;

    @Spec
    private picocli.CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        ClusterHome home = name.home();
        List<Certificate> all = all(home);
        PrintWriter out = spec.commandLine().getOut();
        Instant now = Instant.now();
        if (output.json()) {
            out.println(Json.toString(MapValue.of(
                    "name",
                    home.name(),
                    "certificates",
                    ListValue.copyOf(all.stream().map(CertsCommand::value).toList()))));
        } else {
            table(all, now).lines("").forEach(out::println);
            List<String> due = all.stream()
                    .filter(certificate -> isDue(certificate, now))
                    .map(Certificate::name)
                    .toList();
            if (!due.isEmpty()) {
                out.println();
                out.println("Expiring soon: " + String.join(", ", due) + "; renew with: proa certs renew"
                        + (home.name().equals(NameOption.USUAL) ? "" : " --name " + home.name()));
            }
        }
        return Exit.OK;
    }

    private static List<Certificate> all(ClusterHome home) {
        List<Certificate> all = new ClusterCertificates(home.directory()).list();
        if (all.isEmpty()) {
            throw new Failure(
                    Exit.NOT_RUNNING,
                    "cluster \"" + home.name() + "\" has no certificates yet; start it with: " + home.startCommand());
        }
        return all;
    }

    private static boolean isDue(Certificate certificate, Instant now) {
        return certificate.certificate().getNotAfter().toInstant().minus(SOON).isBefore(now);
    }

    static Table table(List<Certificate> all, Instant now) {
        Table table = new Table("CERTIFICATE", "EXPIRES", "RESIDUAL TIME", "SUBJECT", "SIGNED BY");
        for (Certificate each : all) {
            X509Certificate certificate = each.certificate();
            Instant end = certificate.getNotAfter().toInstant();
            table.row(
                    each.name(),
                    end.toString(),
                    residual(Duration.between(now, end)),
                    certificate.getSubjectX500Principal().getName(),
                    each.authority() ? "itself" : signer(certificate));
        }
        return table;
    }

    private static String signer(X509Certificate certificate) {
        return certificate.getIssuerX500Principal().getName().replaceFirst("^CN=", "");
    }

    /** As kubeadm: in the largest unit that fits. */
    static String residual(Duration left) {
        if (left.isNegative()) {
            return "expired";
        }
        long days = left.toDays();
        return days >= 365
                ? days / 365 + "y"
                : days > 0 ? days + "d" : left.toHours() > 0 ? left.toHours() + "h" : left.toMinutes() + "m";
    }

    private static MapValue value(Certificate each) {
        X509Certificate certificate = each.certificate();
        return MapValue.of(
                "name",
                each.name(),
                "subject",
                certificate.getSubjectX500Principal().getName(),
                "signedBy",
                certificate.getIssuerX500Principal().getName(),
                "notBefore",
                certificate.getNotBefore().toInstant().toString(),
                "expires",
                certificate.getNotAfter().toInstant().toString(),
                "authority",
                each.authority());
    }

    /** {@code proa certs renew}. */
    @Command(
            name = "renew",
            mixinStandardHelpOptions = true,
            description = {
                "Renew certificates, with new keys: those that expire within 30 days, those that are named, or all.",
                "",
                "A running server shows the new ones within seconds, without a restart. Authorities are not renewed.",
                "With the administrator's certificate, admin.kubeconfig and the context of your kubeconfig are written anew."
            })
    static final class Renew implements Callable<Integer> {
        @Mixin
        private NameOption name;

        @Parameters(paramLabel = "CERTIFICATE", description = "Names of certificates, as proa certs shows them.")
        private List<String> certificates = new ArrayList<>();

        @Option(names = "--all", description = "All certificates.")
        private boolean everything;

        @Spec
        private picocli.CommandLine.Model.CommandSpec spec;

        @Override
        public Integer call() throws Exception {
            ClusterHome home = name.home();
            ClusterCertificates files = new ClusterCertificates(home.directory());
            PrintWriter out = spec.commandLine().getOut();
            List<Certificate> wanted = wanted(all(home), Instant.now());
            if (wanted.isEmpty()) {
                out.println("Nothing expires within " + SOON.toDays() + " days; --all renews all the same");
                return Exit.OK;
            }
            for (Certificate each : wanted) {
                Certificate renewed = files.renew(each);
                out.println("Renewed " + each.name() + " until "
                        + renewed.certificate().getNotAfter().toInstant());
                if (each.name().equals("admin")) {
                    awaitKubeconfig(home, renewed);
                }
                if (each.name().equals("apiserver")) {
                    awaitServer(home, renewed);
                }
            }
            return Exit.OK;
        }

        private List<Certificate> wanted(List<Certificate> all, Instant now) {
            for (String each : certificates) {
                Certificate found = all.stream()
                        .filter(certificate -> certificate.name().equals(each))
                        .findFirst()
                        .orElseThrow(() ->
                                new Failure(Exit.USAGE, "there is no certificate \"" + each + "\"; see: proa certs"));
                if (found.authority()) {
                    throw new Failure(
                            Exit.USAGE,
                            each + " is an authority, which is not renewed: what it has signed would be worthless");
                }
            }
            return all.stream()
                    .filter(each -> !each.authority())
                    .filter(each -> everything
                            || (certificates.isEmpty() ? isDue(each, now) : certificates.contains(each.name())))
                    .toList();
        }

        /** A server that runs writes its file anew; the next start of one that does not, too. */
        private static void awaitKubeconfig(ClusterHome home, Certificate renewed)
                throws IOException, InterruptedException {
            if (home.running() == null) {
                return;
            }
            Instant end = Instant.now().plus(PATIENCE);
            while (!Server.hasCertificate(home, renewed.certificate())) {
                if (Instant.now().isAfter(end)) {
                    throw new Failure(Exit.FAILED, "the server has not written " + home.kubeconfig() + " anew");
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
            Server.UserKubeconfig users = Server.renewKubeconfig(home);
            if (!users.trouble().isEmpty()) {
                throw new Failure(Exit.FAILED, users.trouble());
            }
        }

        private static void awaitServer(ClusterHome home, Certificate renewed) throws InterruptedException {
            ClusterHome.Running running = home.running();
            if (running == null) {
                return;
            }
            URI url = URI.create(running.url());
            Instant end = Instant.now().plus(PATIENCE);
            while (!shows(url, renewed.certificate())) {
                if (Instant.now().isAfter(end)) {
                    throw new Failure(
                            Exit.FAILED, "the server does not show the new certificate; see its log: " + home.log());
                }
                TimeUnit.MILLISECONDS.sleep(100);
            }
        }

        private static boolean shows(URI url, X509Certificate certificate) {
            try {
                return ShownCertificate.of(url.getHost(), url.getPort()).equals(certificate);
            } catch (IOException | GeneralSecurityException e) {
                return false;
            }
        }
    }
}
