package dev.proa.delivery.git;

import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Keeps JGit from reading, and writing, the settings of git of this machine and of the user that runs the cluster: they may name programs that are run on the files of a
 * repository ({@code filter.NAME.smudge}), whose content anybody who pushes chooses. Thread-safe.
 */
final class NoHostSettings extends SystemReader.Delegate {
    private NoHostSettings(SystemReader system) {
        super(system);
    }

    /** Has JGit work like that from now on. */
    static synchronized void install() {
        SystemReader now = SystemReader.getInstance();
        if (!(now instanceof NoHostSettings)) {
            SystemReader.setInstance(new NoHostSettings(now));
        }
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new Empty(parent, fs);
    }

    /** Settings without a file. */
    private static final class Empty extends FileBasedConfig {
        @SuppressWarnings("NullAway") // without a file, as JGit itself has it where there is no system configuration
        Empty(@Nullable Config parent, FS fs) {
            super(parent, null, fs);
        }

        @Override
        public void load() {
            // there is nothing to load
        }

        @Override
        public void save() {
            // what JGit measures is for this process only
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
