package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.reflect.AccessFlag;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * Scans the compiled classes of an application for main classes and for the JDK modules that they refer to. Reads class
 * files without loading classes.
 */
final class ClassScan {
    private final Map<String, String> moduleOfPackage = new HashMap<>();
    private final Set<String> modules = new TreeSet<>();
    private final Set<String> mainClasses = new TreeSet<>();

    private ClassScan() {
        for (ModuleReference reference : ModuleFinder.ofSystem().findAll()) {
            String name = reference.descriptor().name();
            reference.descriptor().packages().forEach(contained -> moduleOfPackage.put(contained, name));
        }
    }

    /**
     * The result of a scan.
     *
     * @param modules of the JDK that classes or libraries refer to
     * @param mainClasses names of the application's own classes that have a {@code main} method, in order
     */
    record Result(Set<String> modules, List<String> mainClasses) {}

    /**
     * Scans the application's own classes.
     *
     * @param known modules that its libraries refer to
     */
    static Result of(Path classes, Set<String> known) {
        ClassScan scan = new ClassScan();
        scan.modules.addAll(known);
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                String name = file.getFileName().toString();
                if (name.endsWith(".class") && !name.equals("module-info.class")) {
                    scan.ownClass(Files.readAllBytes(file));
                }
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the classes in " + classes, e);
        }
        return new Result(scan.modules, List.copyOf(scan.mainClasses));
    }

    /** The modules of the JDK that libraries refer to. */
    static Set<String> modules(Collection<Path> libraries) {
        ClassScan scan = new ClassScan();
        try {
            for (Path library : libraries) {
                scan.library(library);
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read libraries", e);
        }
        return scan.modules;
    }

    private void ownClass(byte[] bytes) {
        try {
            ClassModel model = ClassFile.of().parse(bytes);
            references(model);
            if (model.methods().stream().anyMatch(ClassScan::isMain) && startable(model)) {
                mainClasses.add(model.thisClass().asInternalName().replace('/', '.'));
            }
        } catch (IllegalArgumentException e) {
            // A class file of a newer Java, or a resource of that name: ignored; the JVM will report errors.
        }
    }

    private void library(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (!entry.getName().endsWith(".class") || entry.getName().endsWith("module-info.class")) {
                    continue;
                }
                try (InputStream in = file.getInputStream(entry)) {
                    references(ClassFile.of().parse(in.readAllBytes()));
                } catch (IllegalArgumentException e) {
                    // As for the application's own classes.
                }
            }
        }
    }

    private void references(ClassModel model) {
        for (PoolEntry entry : model.constantPool()) {
            if (entry instanceof ClassEntry reference) {
                String name = reference.asInternalName();
                int start = name.lastIndexOf('[') + 1;
                if (start > 0 && (start >= name.length() || name.charAt(start) != 'L')) {
                    continue;
                }
                int slash = name.lastIndexOf('/');
                if (slash > 0) {
                    String contained =
                            name.substring(start > 0 ? start + 1 : 0, slash).replace('/', '.');
                    String module = moduleOfPackage.get(contained);
                    if (module != null) {
                        modules.add(module);
                    }
                }
            }
        }
    }

    /** A method that the launcher of Java 25 starts with (JLS 12.1.4). */
    private static boolean isMain(MethodModel method) {
        String type = method.methodType().stringValue();
        return method.methodName().equalsString("main")
                && (type.equals("([Ljava/lang/String;)V") || type.equals("()V"))
                && !method.flags().has(AccessFlag.PRIVATE);
    }

    /** A static main method is enough; an instance main method needs a concrete class with a suitable constructor. */
    private static boolean startable(ClassModel model) {
        boolean isStatic = model.methods().stream()
                .anyMatch(method -> isMain(method) && method.flags().has(AccessFlag.STATIC));
        boolean concrete =
                !model.flags().has(AccessFlag.ABSTRACT) && !model.flags().has(AccessFlag.INTERFACE);
        boolean constructible = model.methods().stream()
                .anyMatch(method -> method.methodName().equalsString("<init>")
                        && method.methodType().equalsString("()V")
                        && !method.flags().has(AccessFlag.PRIVATE));
        return isStatic || concrete && constructible;
    }
}
