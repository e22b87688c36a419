package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The {@code target} folders of the modules that are built, when the build runs as another user: output of root's
 * earlier builds is deleted, and where only root may write, the user gets a folder to write to.
 */
final class OutputFolders {
    private static final int MAX_MODULES = 1000;

    private final SourceFolder folder;
    private final Reactor reactor;
    private final BuildUser user;

    OutputFolders(SourceFolder folder, Reactor reactor, BuildUser user) {
        this.folder = folder;
        this.reactor = reactor;
        this.user = user;
    }

    void give() {
        Set<String> modules = new LinkedHashSet<>();
        if (reactor.source().equals(reactor.root())) {
            collect("", modules);
        } else {
            modules.add("");
        }
        try {
            UserPrincipal owner = FileSystems.getDefault()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(String.valueOf(user.uid()));
            for (String module : modules) {
                give(module, owner);
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot prepare the output folders in " + folder.path(), e);
        }
    }

    private void collect(String module, Set<String> modules) {
        String pom = module.isEmpty() ? "pom.xml" : module + "/pom.xml";
        if (modules.size() >= MAX_MODULES || folder.kind(pom) != Kind.FILE || !modules.add(module)) {
            return;
        }
        for (String name :
                PomFile.parse(folder.read(pom), folder.path().resolve(pom)).modules()) {
            Path inner = Path.of(module, name).normalize();
            if (!inner.startsWith("..") && !inner.isAbsolute()) {
                collect(inner.toString(), modules);
            }
        }
    }

    private void give(String module, UserPrincipal owner) throws IOException {
        String target = module.isEmpty() ? "target" : module + "/target";
        UserPrincipal present = folder.owner(target);
        if (present != null && !present.equals(owner)) {
            folder.delete(target);
            present = null;
        }
        // Only in a folder of root's: in any other its owner could put a link where the folder is to be.
        Path directory = folder.path().resolve(module);
        if (present == null && (int) Files.getAttribute(directory, "unix:uid") == 0) {
            Path made = Files.createDirectory(directory.resolve("target"));
            Files.setAttribute(made, "unix:gid", user.gid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(made, "unix:uid", user.uid(), LinkOption.NOFOLLOW_LINKS);
        }
    }
}
