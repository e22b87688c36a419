package dev.proa.image.solver;

import dev.proa.image.Digest;
import dev.proa.image.ImageFailure;
import dev.proa.image.dockerfile.Heredoc;
import dev.proa.image.dockerfile.IgnoreFile;
import dev.proa.image.dockerfile.Instruction;
import dev.proa.image.layer.FileAttributes;
import dev.proa.image.solver.BuildSandbox.Root;
import dev.proa.image.solver.CopyFiles.Selected;
import dev.proa.image.store.FileTrees;
import dev.proa.image.store.Whiteouts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code COPY} or {@code ADD}.
 *
 * @param paths sources, which may have wildcards
 * @param files sources that the Dockerfile has itself
 * @param destination absolute, once {@link #to} was called; a directory if it has a slash at the end
 * @param unpack whether archives are unpacked: {@code ADD} does
 */
record CopyStep(
        String keyword,
        List<String> paths,
        List<Heredoc> files,
        String destination,
        String chown,
        String chmod,
        boolean link,
        boolean parents,
        List<String> excludes,
        boolean unpack) {

    /** The key of a step, and what makes its result. */
    record Prepared(Digest key, Solve.Work work) {}

    static CopyStep of(Instruction.Copy copy) {
        return new CopyStep(
                "COPY",
                copy.sources().paths(),
                copy.sources().files(),
                copy.sources().destination(),
                copy.chown(),
                copy.chmod(),
                copy.link(),
                copy.parents(),
                copy.excludes(),
                false);
    }

    /** @throws ImageFailure when it would download something */
    static CopyStep of(Instruction.Add add) {
        for (String path : add.sources().paths()) {
            if (path.matches("(?i)(https?|ftp|git|ssh)://.*|git@.*")) {
                throw ImageFailure.invalid("ADD takes local files only, not " + path
                        + "; download it with RUN, or put it into the context");
            }
        }
        return new CopyStep(
                "ADD",
                add.sources().paths(),
                add.sources().files(),
                add.sources().destination(),
                add.chown(),
                add.chmod(),
                add.link(),
                false,
                add.excludes(),
                add.unpack() == null || add.unpack());
    }

    CopyStep to(String place) {
        return new CopyStep(keyword, paths, files, place, chown, chmod, link, parents, excludes, unpack);
    }

    /**
     * Finds out what is copied.
     *
     * @param from null for the context
     * @param below what the files are copied onto
     * @param accounts the stage, whose users {@code --chown} may name
     */
    Prepared prepare(Solve solve, Solve.Source from, Layers below, Layers accounts)
            throws IOException, InterruptedException {
        Key copied = new Key("copied")
                .add("destination", destination)
                .add("chown", chown)
                .add("chmod", chmod)
                .add("unpack", Boolean.toString(unpack));
        CopyFiles.addTo(copied, inline());
        return switch (from) {
            case Solve.Source.OfFolder(ContextFiles context) -> {
                List<Selected> selected = select(context);
                context.readDigests(selected);
                Digest what = copied.add("content", content(selected)).finish();
                yield prepared(solve, what, below, accounts, null, source -> selected);
            }
            case Solve.Source.OfLayers(Layers layers) -> {
                Digest selection = new Key("selection")
                        .add("layers", layers.key().hex())
                        .add("paths", paths)
                        .add("parents", Boolean.toString(parents))
                        .add("excludes", excludes)
                        .finish();
                copied.add(
                        "content",
                        solve.value(
                                selection,
                                () -> solve.sandbox()
                                        .mounted(
                                                List.of(new Root(layers.directories(), null)),
                                                roots -> content(select(new RootFiles(
                                                        roots.getFirst(),
                                                        solve.sandbox().attributes()))))));
                yield prepared(solve, copied.finish(), below, accounts, layers, this::select);
            }
        };
    }

    private interface Selection {
        List<Selected> from(FileSource source) throws IOException;
    }

    /** @param what identifies the files and how they are copied */
    private Prepared prepared(
            Solve solve, Digest what, Layers below, Layers accounts, @Nullable Layers source, Selection selection) {
        boolean named = !chown.isEmpty() && !chown.matches("[0-9:]+");
        Digest key = new Key("copy")
                .add("below", below.key().hex())
                .add("what", what.hex())
                .add("accounts", named ? accounts.key().hex() : "")
                .finish();
        return new Prepared(key, (upper, vertex) -> {
            List<Root> roots = new ArrayList<>();
            roots.add(new Root(below.directories(), upper));
            roots.add(new Root(accounts.directories(), null));
            if (source != null) {
                roots.add(new Root(source.directories(), null));
            }
            BuildSandbox sandbox = solve.sandbox();
            Path written = solve.cache().temporary();
            try {
                Copied copied = sandbox.mounted(roots, mounted -> {
                    List<Selected> selected = selection.from(new RootFiles(mounted.getLast(), sandbox.attributes()));
                    Owner owner = chown.isEmpty() ? null : Owner.find(chown, mounted.get(1));
                    Digest like = like(what, owner, mounted.getFirst(), sandbox.attributes(), selected);
                    Digest equal = like == null ? null : equal(solve, like);
                    Staging staging = Staging.of(mounted.getFirst(), written);
                    if (equal == null) {
                        place(staging, owner, selected, sandbox.whiteouts());
                    }
                    return new Copied(staging, equal, like);
                });
                copied.staging.moveInto(upper);
                if (copied.equal == null && copied.like != null) {
                    solve.cache().putValue(copied.like, key.toString());
                }
                return copied.equal;
            } finally {
                FileTrees.delete(written);
            }
        });
    }

    /**
     * What was done.
     *
     * @param equal the key of a step with the same result; null when files were copied
     * @param like the key of what results depend on, whatever else is below them; null when that is not known
     */
    private record Copied(
            Staging staging,
            @Nullable Digest equal,
            @Nullable Digest like) {}

    private @Nullable Digest like(
            Digest what, @Nullable Owner owner, Path root, FileAttributes attributes, List<Selected> selected)
            throws IOException {
        if (unpack) {
            return null; // what an archive has is not known
        }
        List<Selected> all = new ArrayList<>(inline());
        all.addAll(selected);
        String ground = CopyGround.of(root, attributes, all, destination);
        return ground == null
                ? null
                : new Key("like")
                        .add("what", what.hex())
                        .add("owner", String.valueOf(owner))
                        .add("ground", ground)
                        .finish();
    }

    /** The key of a step that has the same result, or null. */
    private static @Nullable Digest equal(Solve solve, Digest like) throws IOException {
        String known = solve.request().noCache() ? null : solve.cache().value(like);
        Digest equal = known == null ? null : Digest.parse(known);
        return equal == null || solve.cache().find(equal) == null ? null : equal;
    }

    private void place(Staging staging, @Nullable Owner owner, List<Selected> selected, Whiteouts attributes)
            throws IOException {
        ModeChange mode = chmod.isEmpty() ? null : ModeChange.parse(chmod);
        CopyFiles copy = CopyFiles.of(staging, owner, mode, attributes);
        List<Selected> all = new ArrayList<>(inline());
        for (Selected each : selected) {
            if (!unpack || !AddArchive.unpack(each, copy, destination, owner, attributes)) {
                all.add(each);
            }
        }
        if (paths.size() + files.size() > 1 && !destination.endsWith("/")) {
            throw ImageFailure.invalid("When using " + keyword
                    + " with more than one source file, the destination must be a directory and end with a /");
        }
        copy.copy(all, destination);
    }

    private List<Selected> inline() throws IOException {
        InlineFiles source = new InlineFiles(files);
        List<Selected> selected = new ArrayList<>();
        for (Heredoc file : files) {
            selected.add(new Selected(source, source.item(file.name()), file.name(), List.of()));
        }
        return selected;
    }

    private List<Selected> select(FileSource source) throws IOException {
        IgnoreFile excluded = excludes.isEmpty() ? IgnoreFile.NONE : IgnoreFile.of(excludes);
        List<Selected> selected = new ArrayList<>();
        for (String path : paths) {
            selected.addAll(CopyFiles.select(source, path, parents, excluded));
        }
        return selected;
    }

    private static String content(List<Selected> selected) throws IOException {
        Key key = new Key("content");
        CopyFiles.addTo(key, selected);
        return key.finish().hex();
    }
}
