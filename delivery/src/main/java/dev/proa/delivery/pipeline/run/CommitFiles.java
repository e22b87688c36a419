package dev.proa.delivery.pipeline.run;

import dev.proa.delivery.pipeline.RepositoryFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.diff.DiffEntry;
import org.eclipse.jgit.diff.DiffFormatter;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.io.DisabledOutputStream;
import org.jspecify.annotations.Nullable;

/** The files of a commit. Reads the repository for as long as that is open; safe for any thread. */
final class CommitFiles implements RepositoryFiles {
    private static final int MOST_BYTES = 1 << 20;

    private final Repository repository;
    private final RevCommit commit;

    /** @throws IOException when there is no such commit */
    CommitFiles(Repository repository, AnyObjectId id) throws IOException {
        this.repository = repository;
        try (RevWalk walk = new RevWalk(repository)) {
            commit = walk.parseCommit(id);
            walk.parseBody(commit);
        }
    }

    /** What the commit says of itself. */
    RevCommit commit() {
        return commit;
    }

    @Override
    public byte @Nullable [] read(String path) {
        try (TreeWalk walk = TreeWalk.forPath(repository, path, commit.getTree())) {
            if (walk == null || walk.getFileMode(0).getObjectType() != Constants.OBJ_BLOB) {
                return null;
            }
            ObjectLoader file = repository.open(walk.getObjectId(0), Constants.OBJ_BLOB);
            if (file.getSize() > MOST_BYTES) {
                throw new IOException("it is larger than " + (MOST_BYTES >> 20) + " MiB");
            }
            return file.getCachedBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read from the repository: " + e.getMessage(), e);
        }
    }

    @Override
    public List<String> paths() {
        try (TreeWalk walk = new TreeWalk(repository)) {
            walk.addTree(commit.getTree());
            walk.setRecursive(true);
            List<String> paths = new ArrayList<>();
            while (walk.next()) {
                paths.add(walk.getPathString());
            }
            return paths;
        } catch (IOException e) {
            throw new UncheckedIOException("the files of commit " + commit.name() + " cannot be listed", e);
        }
    }

    /** The paths that changed since another commit; all when that is none, or is not there any more. */
    List<String> changedSince(ObjectId before) throws IOException {
        if (before.equals(ObjectId.zeroId()) || !repository.getObjectDatabase().has(before)) {
            return paths();
        }
        try (DiffFormatter diff = new DiffFormatter(DisabledOutputStream.INSTANCE)) {
            diff.setRepository(repository);
            List<String> paths = new ArrayList<>();
            for (DiffEntry entry : diff.scan(before, commit)) {
                paths.add(
                        entry.getChangeType() == DiffEntry.ChangeType.DELETE ? entry.getOldPath() : entry.getNewPath());
            }
            return paths;
        }
    }
}
