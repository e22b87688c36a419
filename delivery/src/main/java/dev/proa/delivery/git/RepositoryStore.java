package dev.proa.delivery.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.StoredConfig;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The bare repositories on disk, each in a folder named after the uid of its object, so that one that is deleted and made again starts
 * empty. Folders without an object are kept aside for {@link #KEPT}. Thread-safe.
 */
public final class RepositoryStore {
    /** How long what was deleted can still be had back, from the folder {@code deleted}. */
    public static final Duration KEPT = Duration.ofDays(7);

    private static final String SUFFIX = ".git";
    private final Path folder;
    private final Path deleted;

    /** @param folder made when it is not there */
    public RepositoryStore(Path folder) {
        NoHostSettings.install();
        this.folder = folder;
        this.deleted = folder.resolve("deleted");
        try {
            Files.createDirectories(deleted);
        } catch (IOException e) {
            throw new UncheckedIOException("repositories cannot be kept in " + folder, e);
        }
    }

    /**
     * Opens a repository, which is made when it is not there. The caller closes it.
     *
     * @param uid of its object
     * @param defaultBranch which HEAD is to name
     * @throws IOException also when that cannot be the name of a branch
     */
    public synchronized Repository open(String uid, String defaultBranch) throws IOException {
        String head = Constants.R_HEADS + defaultBranch;
        if (!Repository.isValidRefName(head)) { // JGit writes any into HEAD, and reads the file that it then names
            throw new IOException("spec.defaultBranch of the repository is not the name of a branch");
        }
        Path at = folder.resolve(checked(uid) + SUFFIX);
        Repository repository = new FileRepositoryBuilder()
                .setGitDir(at.toFile())
                .setBare()
                .setMustExist(false)
                .build();
        try {
            if (!Files.exists(at.resolve(Constants.HEAD))) {
                repository.create(true);
                StoredConfig config = repository.getConfig();
                config.setBoolean("http", null, "receivepack", true);
                config.save();
            }
            if (!head.equals(repository.getFullBranch())) {
                repository.updateRef(Constants.HEAD).link(head);
            }
            return repository;
        } catch (IOException | RuntimeException e) {
            repository.close();
            throw e;
        }
    }

    private static String checked(String uid) {
        if (!uid.matches("[-0-9A-Za-z]{1,64}")) {
            throw new IllegalArgumentException("not a uid: " + uid);
        }
        return uid;
    }

    /**
     * Puts aside the folders of repositories that have no object, and deletes what has been aside for long.
     *
     * @param existing asked for the uids of all objects, after the folders were listed
     */
    public synchronized void retain(Supplier<Set<String>> existing, Instant now) throws IOException {
        List<Path> folders = children(folder);
        Set<String> uids = existing.get();
        for (Path at : folders) {
            String name = at.getFileName().toString();
            if (name.endsWith(SUFFIX) && !uids.contains(name.substring(0, name.length() - SUFFIX.length()))) {
                Files.setLastModifiedTime(at, FileTime.from(now));
                Files.move(at, deleted.resolve(name), StandardCopyOption.ATOMIC_MOVE);
            }
        }
        for (Path at : children(deleted)) {
            if (Files.getLastModifiedTime(at).toInstant().isBefore(now.minus(KEPT))) {
                delete(at);
            }
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    private static void delete(Path at) throws IOException {
        Files.walkFileTree(at, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                    throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
