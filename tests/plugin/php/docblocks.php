<?php
/**
 * Names what the docblocks of PHP files lack, as WordPress-Docs and WooCommerce-Core ask for it: php docblocks.php FILE…
 */

require '/usr/share/php/PhpParser/autoload.php';

use PhpParser\Lexer;
use PhpParser\Node;
use PhpParser\NodeTraverser;
use PhpParser\NodeVisitorAbstract;
use PhpParser\Parser\Php7;

final class Undescribed extends NodeVisitorAbstract {

	public array $found = array();

	public function enterNode( Node $node ) {
		if ( $node instanceof Node\Stmt\Class_ && $node->name ) {
			$this->check( $node, "class {$node->name}", array( '@since' ) );
		} elseif ( $node instanceof Node\Stmt\Property ) {
			$this->check( $node, "property {$node->props[0]->name}", array( '@since', '@var' ) );
		} elseif ( $node instanceof Node\Stmt\ClassMethod || $node instanceof Node\Stmt\Function_ ) {
			$this->check( $node, "function {$node->name}", $this->wanted( $node ) );
		}
	}

	private function wanted( Node\FunctionLike $node ): array {
		$wanted = array( '@since' );
		foreach ( $node->getParams() as $param ) {
			$wanted[] = "@param for \${$param->var->name}";
		}
		return '__construct' === $node->name->toString() ? $wanted : array_merge( $wanted, array( '@return' ) );
	}

	private function check( Node $node, string $name, array $wanted ): void {
		$comment = $node->getDocComment();
		if ( ! $comment ) {
			$this->found[] = "line {$node->getStartLine()}: $name has no docblock";
			return;
		}
		foreach ( $wanted as $tag ) {
			$pattern = preg_match( '/^@param for (\$\w+)$/', $tag, $part ) ? '/@param\s+\S.*\s' . preg_quote( $part[1], '/' ) . '\s+\S/' : "/$tag\s+\S/";
			if ( ! preg_match( $pattern, $comment->getText() ) ) {
				$this->found[] = "line {$node->getStartLine()}: $name has no $tag";
			}
		}
	}
}

$parser = new Php7( new Lexer( array( 'usedAttributes' => array( 'comments', 'startLine' ) ) ) );
$wrong  = false;
foreach ( array_slice( $argv, 1 ) as $file ) {
	$visitor   = new Undescribed();
	$traverser = new NodeTraverser();
	$traverser->addVisitor( $visitor );
	$traverser->traverse( $parser->parse( file_get_contents( $file ) ) );
	foreach ( $visitor->found as $finding ) {
		echo "$file: $finding\n";
		$wrong = true;
	}
}
exit( $wrong ? 1 : 0 );
