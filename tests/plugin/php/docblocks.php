<?php
/**
 * Lists what the docblocks of PHP files lack by WordPress-Docs and WooCommerce-Core: php docblocks.php FILE…
 */

require '/usr/share/php/PhpParser/autoload.php';

use PhpParser\Lexer;
use PhpParser\Node;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitorAbstract;
use PhpParser\Parser\Php7;

final class DocblockVisitor extends NodeVisitorAbstract {

	public array $findings = array();

	public function enterNode( Node $node ) {
		if ( $node instanceof Node\Stmt\Class_ && $node->name ) {
			$this->check( $node, "class {$node->name}", array( '@since' ) );
		} elseif ( $node instanceof Node\Stmt\Property ) {
			$this->check( $node, "property {$node->props[0]->name}", array( '@since', '@var' ) );
		} elseif ( $node instanceof Node\Stmt\ClassMethod || $node instanceof Node\Stmt\Function_ ) {
			$this->check( $node, "function {$node->name}", $this->get_required_tags( $node ) );
		}
	}

	private function get_required_tags( Node\FunctionLike $node ): array {
		$tags = array( '@since' );
		foreach ( $node->getParams() as $param ) {
			$tags[] = "@param for \${$param->var->name}";
		}
		return '__construct' === $node->name->toString() ? $tags : array_merge( $tags, array( '@return' ) );
	}

	private function check( Node $node, string $name, array $tags ): void {
		$comment = $node->getDocComment();
		if ( ! $comment ) {
			$this->findings[] = "line {$node->getStartLine()}: $name has no docblock";
			return;
		}
		foreach ( $tags as $tag ) {
			$pattern = preg_match( '/^@param for (\$\w+)$/', $tag, $part ) ? '/@param\s+\S.*\s' . preg_quote( $part[1], '/' ) . '\s+\S/' : "/$tag\s+\S/";
			if ( ! preg_match( $pattern, $comment->getText() ) ) {
				$this->findings[] = "line {$node->getStartLine()}: $name has no $tag";
			}
		}
	}
}

$parser = new Php7( new Lexer( array( 'usedAttributes' => array( 'comments', 'startLine' ) ) ) );
$wrong  = false;
foreach ( array_slice( $argv, 1 ) as $file ) {
	$visitor   = new DocblockVisitor();
	$traverser = new NodeTraverser();
	$traverser->addVisitor( $visitor );
	$traverser->traverse( $parser->parse( file_get_contents( $file ) ) );
	foreach ( $visitor->findings as $finding ) {
		echo "$file: $finding\n";
		$wrong = true;
	}
}
exit( $wrong ? 1 : 0 );
