package millrace.schemas.problem;

import java.util.Optional;

/**
 * Where in a file a problem is.
 *
 * @param file as the user named it, relative to the pipeline folder where there is one
 * @param line 1-based; 0 where the whole file is meant
 * @param column 1-based; 0 where the whole line is meant
 * @param length of the marked text in characters, at least 1
 * @param excerpt the text of the line, so that it can be shown with a caret under it
 */
public record Place(String file, int line, int column, int length, Optional<String> excerpt) {
    public Place {
        length = Math.max(1, length);
    }

    public static Place file(String file) {
        return new Place(file, 0, 0, 1, Optional.empty());
    }

    public static Place line(String file, int line) {
        return new Place(file, line, 0, 1, Optional.empty());
    }

    /** A place inside a text that is at hand; the excerpt is cut from it. */
    public static Place in(String file, String text, int line, int column, int length) {
        return new Place(file, line, column, length, text.lines().skip(Math.max(0, line - 1)).findFirst());
    }

    @Override
    public String toString() {
        return line == 0 ? file : column == 0 ? file + ":" + line : file + ":" + line + ":" + column;
    }
}
