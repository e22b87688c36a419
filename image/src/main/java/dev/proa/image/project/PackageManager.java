package dev.proa.image.project;

import dev.proa.image.source.SourceFolder;
import java.util.List;

/** The tool that installs the packages of a Node.js project. */
public enum PackageManager {
    NPM("npm", "package-lock.json", List.of("npm", "ci"), List.of("npm", "ci", "--omit=dev"), ".package-lock.json"),
    PNPM(
            "pnpm",
            "pnpm-lock.yaml",
            List.of("pnpm", "install", "--frozen-lockfile"),
            List.of("pnpm", "install", "--frozen-lockfile", "--prod"),
            ".modules.yaml"),
    YARN(
            "yarn",
            "yarn.lock",
            List.of("yarn", "install", "--frozen-lockfile"),
            List.of("yarn", "install", "--frozen-lockfile", "--production"),
            ".yarn-integrity"),
    YARN_BERRY(
            "yarn",
            "yarn.lock",
            List.of("yarn", "install", "--immutable"),
            List.of("yarn", "workspaces", "focus", "--all", "--production"),
            ".yarn-state.yml"),
    /** npm for a project that has no lock file. */
    UNLOCKED(
            "npm",
            "",
            List.of("npm", "install", "--no-package-lock"),
            List.of("npm", "install", "--no-package-lock", "--omit=dev"),
            ".package-lock.json");

    private final String program;
    private final String lock;
    private final List<String> install;
    private final List<String> production;
    private final String marker;

    PackageManager(String program, String lock, List<String> install, List<String> production, String marker) {
        this.program = program;
        this.lock = lock;
        this.install = install;
        this.production = production;
        this.marker = marker;
    }

    /** The one whose lock file is in a folder. */
    static PackageManager of(SourceFolder folder) {
        if (Sources.has(folder, "pnpm-lock.yaml")) {
            return PNPM;
        }
        if (Sources.has(folder, "yarn.lock")) {
            return Sources.text(folder, "yarn.lock").contains("__metadata:") ? YARN_BERRY : YARN;
        }
        return Sources.has(folder, "package-lock.json") || Sources.has(folder, "npm-shrinkwrap.json") ? NPM : UNLOCKED;
    }

    public String program() {
        return program;
    }

    /** Its lock file; empty when there is none. */
    public String lock() {
        return lock;
    }

    /** The command that installs all packages as locked. */
    public List<String> install() {
        return install;
    }

    /** The command that installs what the application needs when it runs. */
    public List<String> production() {
        return production;
    }

    /** The file in {@code node_modules} that it writes last when it installs. */
    public String marker() {
        return marker;
    }
}
