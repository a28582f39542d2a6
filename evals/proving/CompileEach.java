import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles many programs that are all called Main, each by itself, in one machine that is warm after the first.
 *
 * <p>Standard input has one line for each: folder, tab, class path. Prints one line for each: folder, tab, the
 * compiler's complaints with line breaks as "\n", or nothing.
 */
public class CompileEach {
  public static void main(String[] arguments) throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    for (String line : new String(System.in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
      String[] parts = line.split("\t", -1);
      Path folder = Path.of(parts[0]);
      List<Path> sources;
      try (var files = Files.list(folder)) {
        sources = files.filter(file -> file.toString().endsWith(".java")).toList();
      }
      List<String> options = new ArrayList<>(List.of("-encoding", "UTF-8", "-Xlint:all,-options", "-Werror", "--release", "17"));
      options.addAll(List.of("-d", folder.resolve("classes").toString()));
      if (!parts[1].isEmpty()) {
        options.addAll(List.of("-cp", parts[1]));
      }
      StringWriter said = new StringWriter();
      try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
        boolean fine = compiler
            .getTask(said, manager, null, options, null, manager.getJavaFileObjectsFromPaths(sources))
            .call();
        System.out.println(parts[0] + "\t" + (fine ? "" : said.toString().strip().replace("\n", "\\n")));
      }
    }
  }
}
