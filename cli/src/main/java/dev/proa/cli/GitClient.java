package dev.proa.cli;

import dev.proa.api.core.v1.ConfigMap;
import dev.proa.client.Client;
import dev.proa.client.http.Connection;
import dev.proa.client.http.Kubeconfig;
import dev.proa.delivery.git.RepositoryName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How git of this machine reaches a cluster's repositories: as administrator, with the certificate in the cluster's directory.
 *
 * @param folder of the files that git is pointed to
 */
record GitClient(Map<String, String> server, Path folder) {
    /** Reads where repositories are served, and writes the files. */
    static GitClient of(ClusterHome home, Client client) throws IOException {
        ConfigMap advertised = client.resource(ConfigMap.KIND).in("kube-public").find("git-server");
        if (advertised == null) {
            throw new Failure(
                    Exit.FAILED,
                    "the cluster serves no repositories (yet): they need containers, and a moment after its start");
        }
        Path folder = Files.createDirectories(home.directory().resolve("git-client"));
        Connection connection = Kubeconfig.load(List.of(home.kubeconfig())).connection(home.name());
        write(folder.resolve("ca.crt"), String.valueOf(advertised.data().get("ca.crt")));
        write(folder.resolve("client.crt"), Objects.requireNonNullElse(connection.certificate(), ""));
        write(folder.resolve("client.key"), Objects.requireNonNullElse(connection.key(), ""));
        return new GitClient(advertised.data(), folder);
    }

    private static void write(Path file, String content) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.writeString(file, content, StandardCharsets.US_ASCII);
    }

    private String base() {
        return server.getOrDefault("url", "");
    }

    String url(RepositoryName repository) {
        return base() + repository.path();
    }

    Optional<String> sshUrl(RepositoryName repository) {
        return Optional.ofNullable(server.get("sshURL")).map(url -> url + repository.path());
    }

    private List<Map.Entry<String, String>> settings() {
        String section = "http." + base() + "/.";
        return List.of(
                Map.entry(section + "sslCAInfo", folder.resolve("ca.crt").toString()),
                Map.entry(section + "sslCert", folder.resolve("client.crt").toString()),
                Map.entry(section + "sslKey", folder.resolve("client.key").toString()));
    }

    String cloneCommand(RepositoryName repository) {
        StringBuilder command = new StringBuilder("git");
        settings()
                .forEach(one ->
                        command.append(" -c ").append(one.getKey()).append('=').append(one.getValue()));
        return command + " clone " + url(repository);
    }

    /** Makes a repository a remote of a work tree, and has git log in there, in that work tree only. */
    void addRemote(Path tree, String remote, RepositoryName repository) throws IOException, InterruptedException {
        for (Map.Entry<String, String> one : settings()) {
            git(tree, "config", "--local", one.getKey(), one.getValue());
        }
        git(tree, "config", "--local", "remote." + remote + ".url", url(repository));
        git(tree, "config", "--local", "remote." + remote + ".fetch", "+refs/heads/*:refs/remotes/" + remote + "/*");
    }

    private static void git(Path tree, String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        int exit = new ProcessBuilder(command)
                .directory(tree.toFile())
                .inheritIO()
                .start()
                .waitFor();
        if (exit != 0) {
            throw new Failure(Exit.FAILED, String.join(" ", command) + " failed");
        }
    }
}
