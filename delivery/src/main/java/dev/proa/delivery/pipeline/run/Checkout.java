package dev.proa.delivery.pipeline.run;

import dev.proa.image.store.FileTrees;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.URIish;

/** Checks out a commit as {@code actions/checkout} does: a work tree with a repository of git, as a tar archive. */
final class Checkout {
    private Checkout() {}

    /**
     * What to check out.
     *
     * @param ref that the commit came by, as {@code refs/heads/main}
     * @param depth how many commits of the history come along; 0 for all
     * @param url of the repository, for the work tree's remote {@code origin}
     */
    record Wanted(String commit, String ref, int depth, String url) {}

    /** Writes the work tree, with {@code .git}, as a tar archive. */
    static void write(Repository repository, Wanted wanted, OutputStream out) throws IOException {
        Path folder = Files.createTempDirectory("proa-checkout");
        try {
            checkOut(repository, wanted, folder);
            tar(folder, out);
        } catch (GitAPIException | java.net.URISyntaxException e) {
            throw new IOException("the commit " + wanted.commit() + " cannot be checked out: " + e.getMessage(), e);
        } finally {
            FileTrees.delete(folder);
        }
    }

    private static void checkOut(Repository repository, Wanted wanted, Path folder)
            throws IOException, GitAPIException, java.net.URISyntaxException {
        try (Git git = Git.init()
                .setDirectory(folder.toFile())
                .setInitialBranch("main")
                .call()) {
            Repository tree = git.getRepository();
            // From a branch of this name, which needs no right to ask for commits by their names.
            String passing = "refs/proa/" + wanted.commit();
            RefUpdate update = repository.updateRef(passing);
            update.setNewObjectId(ObjectId.fromString(wanted.commit()));
            update.forceUpdate();
            git.remoteAdd()
                    .setName("origin")
                    .setUri(new URIish(repository.getDirectory().toURI().toString()))
                    .call();
            String branch = branch(wanted.ref());
            var fetch = git.fetch()
                    .setRemote("origin")
                    .setRefSpecs(
                            wanted.depth() == 0
                                    ? List.of(
                                            new RefSpec("+refs/heads/*:refs/remotes/origin/*"),
                                            new RefSpec("+refs/tags/*:refs/tags/*"),
                                            new RefSpec("+" + passing + ":" + passing))
                                    : List.of(new RefSpec("+" + passing + ":" + passing)));
            if (wanted.depth() > 0) {
                fetch.setDepth(wanted.depth());
            }
            fetch.call();
            if (branch.isEmpty()) {
                git.checkout().setName(wanted.commit()).call();
            } else {
                git.checkout()
                        .setName(branch)
                        .setCreateBranch(!exists(tree, branch))
                        .setForceRefUpdate(true)
                        .setStartPoint(wanted.commit())
                        .call();
            }
            RefUpdate away = tree.updateRef(passing);
            away.setForceUpdate(true);
            away.delete();
            StoredConfig config = tree.getConfig();
            config.setString("remote", "origin", "url", wanted.url());
            config.setString("safe", null, "directory", "*");
            config.save();
        }
    }

    private static boolean exists(Repository tree, String branch) throws IOException {
        Ref ref = tree.exactRef(Constants.R_HEADS + branch);
        return ref != null;
    }

    private static String branch(String ref) {
        return ref.startsWith(Constants.R_HEADS) ? ref.substring(Constants.R_HEADS.length()) : "";
    }

    private static void tar(Path folder, OutputStream out) throws IOException {
        TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8");
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.skip(1)::iterator) {
                add(tar, file, folder.relativize(file).toString());
            }
        }
        tar.finish();
        out.flush();
    }

    private static void add(TarArchiveOutputStream tar, Path file, String name) throws IOException {
        if (Files.isSymbolicLink(file)) {
            TarArchiveEntry link = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            link.setLinkName(Files.readSymbolicLink(file).toString());
            tar.putArchiveEntry(link);
        } else if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            tar.putArchiveEntry(new TarArchiveEntry(name + "/"));
        } else {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(Files.size(file));
            entry.setMode(Files.isExecutable(file) ? 0755 : 0644);
            entry.setModTime(Files.getLastModifiedTime(file));
            tar.putArchiveEntry(entry);
            Files.copy(file, tar);
        }
        tar.closeArchiveEntry();
    }
}
