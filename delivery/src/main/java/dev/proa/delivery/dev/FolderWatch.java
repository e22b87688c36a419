package dev.proa.delivery.dev;

import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.source.SourceFolder;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Watches a folder and the folders in it by inotify, and tells the paths of files that were made, changed or deleted. Links are not
 * followed. When the kernel could not keep up, it says that anything may have changed. The callback comes from one thread.
 */
final class FolderWatch implements AutoCloseable {
    /** The path that stands for any. */
    static final String ANYTHING = ".";

    private static final int MOST_FOLDERS = 50_000;

    private final Path root;
    private final Set<String> kept;
    private final Changed changed;
    private final WatchService service;
    private final Map<WatchKey, Path> folders = new HashMap<>();
    private final Thread reader;
    private IgnoreRules rules;
    private final SourceFolder source;

    /** Is told of changes. */
    interface Changed {
        /** @param path relative to the folder, with slashes; {@link #ANYTHING} when more is not known */
        void path(String path);

        /** Nothing is watched any more; the message says why. */
        void failed(String why);
    }

    /**
     * Watches from now on: once this returns, no change is missed.
     *
     * @param kept paths that matter although they are ignored
     */
    static FolderWatch of(Path root, Set<String> kept, Changed changed) throws IOException {
        FolderWatch watch = new FolderWatch(root, kept, changed);
        watch.register(root, false);
        watch.reader.start();
        return watch;
    }

    private FolderWatch(Path root, Set<String> kept, Changed changed) throws IOException {
        this.root = root;
        this.kept = kept;
        this.changed = changed;
        this.source = SourceFolder.open(root);
        this.rules = new IgnoreRules(source, kept);
        this.service = root.getFileSystem().newWatchService();
        this.reader = Thread.ofVirtual().name("watch " + root).unstarted(this::run);
    }

    /**
     * Watches a folder and those in it.
     *
     * @param tell whether what is in it is new, since it was made before it could be watched
     */
    private void register(Path folder, boolean tell) throws IOException {
        if (folders.size() >= MOST_FOLDERS) {
            throw new DeliveryFailure(root + " has more than " + MOST_FOLDERS
                    + " folders to watch: have those ignored that are not source, in .gitignore");
        }
        try {
            WatchKey key = folder.register(
                    service,
                    StandardWatchEventKinds.ENTRY_CREATE,
                    StandardWatchEventKinds.ENTRY_MODIFY,
                    StandardWatchEventKinds.ENTRY_DELETE);
            folders.put(key, folder);
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    boolean directory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
                    String path = relative(entry);
                    if (rules.ignores(path, directory)) {
                        continue;
                    }
                    if (directory) {
                        register(entry, tell);
                    } else if (tell) {
                        changed.path(path);
                    }
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return; // it is gone already
        }
    }

    private String relative(Path entry) {
        return root.relativize(entry).toString();
    }

    private void run() {
        try {
            while (true) {
                WatchKey key = service.take();
                Path folder = folders.get(key);
                for (WatchEvent<?> event : key.pollEvents()) {
                    event(folder, event);
                }
                if (!key.reset()) {
                    folders.remove(key);
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            return; // closed
        } catch (IOException | RuntimeException e) {
            changed.failed(problem(root, e));
        }
    }

    /** Why a folder cannot be watched, and what to do. */
    static String problem(Path root, Exception e) {
        String message = String.valueOf(e.getMessage());
        return root + " cannot be watched: " + message
                + (message.contains("inotify")
                        ? "; let the kernel have more: sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512"
                        : "");
    }

    private void event(@Nullable Path folder, WatchEvent<?> event) throws IOException {
        if (folder == null || !(event.context() instanceof Path name)) {
            rules = new IgnoreRules(source, kept);
            register(root, false);
            changed.path(ANYTHING);
            return;
        }
        Path entry = folder.resolve(name);
        String path = relative(entry);
        boolean directory = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        if (rules.ignores(path, directory)) {
            return;
        }
        if (IgnoreRules.isRule(path)) {
            rules = new IgnoreRules(source, kept);
            register(root, false);
        }
        if (!directory) {
            changed.path(path);
        } else if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE) {
            register(entry, true);
        }
    }

    @Override
    public void close() {
        try {
            service.close();
            reader.interrupt();
            source.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("cannot end watching " + root, e);
        }
    }
}
