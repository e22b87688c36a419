package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceCopy;
import dev.proa.image.source.SourceCopy.Links;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the task of {@code collect.gradle} put together in a project's {@code build/proa}. */
final class GradleOutput implements JavaOutput {
    static final String PLACE = "build/proa";
    private static final String QUARKUS = "build/quarkus-app";

    private final SourceFolder folder;
    private final String prefix;
    private final SourceCopy copy;
    private final Path classes;
    private final ServerJars servers;
    private final @Nullable WarFile war;

    /**
     * Copies it.
     *
     * @param module the project's directory in the folder; empty for the folder itself
     * @param servers for a war
     */
    GradleOutput(SourceFolder folder, String module, Path work, ServerJars servers) {
        this.servers = servers;
        this.folder = folder;
        this.prefix = module.isEmpty() ? "" : module + "/";
        if (folder.kind(prefix + PLACE + "/main.txt") != Kind.FILE) {
            throw new ImageFailure(
                    ImageFailure.Reason.BUILD_FAILED,
                    "the Gradle build of " + folder.path() + " left no " + prefix + PLACE);
        }
        copy = SourceCopy.in(work);
        try {
            war = war();
            classes = war != null
                    ? war.classes()
                    : copy.add(folder, prefix + PLACE + "/classes", path -> true, Links.FILES);
        } catch (RuntimeException e) {
            copy.close();
            throw e;
        }
    }

    private @Nullable WarFile war() {
        String file = prefix + PLACE + "/app.war";
        if (folder.kind(file) != Kind.FILE) {
            return null;
        }
        copy.add(folder, prefix + PLACE, Path.of(file)::equals, Links.FILES);
        return WarFile.unpack(copy.place(file), copy.place("proa-war"));
    }

    @Override
    public Path classes() {
        return classes;
    }

    @Override
    public List<Path> libraries() {
        if (war != null) {
            return war.libraries();
        }
        List<Path> all = copy.addJars(folder, prefix + PLACE + "/libs");
        String packaged = prefix + PLACE + "/classpath.idx";
        return folder.kind(packaged) == Kind.FILE
                ? BootIndex.packaged(new String(folder.read(packaged), StandardCharsets.UTF_8), all)
                : all;
    }

    @Override
    public JavaForm form() {
        if (folder.kind(prefix + QUARKUS + "/" + PackedApp.QUARKUS_JAR) == Kind.FILE) {
            return new PackedApp(copy.add(folder, prefix + QUARKUS, path -> true, Links.FILES), PackedApp.QUARKUS_JAR);
        }
        if (war != null) {
            return new JavaForm.WebApp(war.root(), servers.add(ServletApi.of(war), copy));
        }
        String main = new String(folder.read(prefix + PLACE + "/main.txt"), StandardCharsets.UTF_8).strip();
        String index = prefix + PLACE + "/layers.idx";
        return new JavaForm.ClassPath(
                main.isEmpty() ? null : main,
                folder.kind(index) == Kind.FILE
                        ? BootIndex.parse(new String(folder.read(index), StandardCharsets.UTF_8))
                        : null);
    }

    @Override
    public void close() {
        copy.close();
    }
}
